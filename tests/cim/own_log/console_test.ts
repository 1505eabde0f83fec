import assert from "node:assert/strict";
import { LineStream } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { consoleLog } from "../../../cim/own_log/mod.ts";

Deno.test("consoleLog() is degraded while standard error cannot be written, and counts lost lines", async () => {
  let text = "";
  let failure: Error | undefined = new Error("no space left on device");
  const stderr = {
    write(bytes: Uint8Array): Promise<number> {
      if (failure) return Promise.reject(failure);
      text += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  };
  const stream = new LineStream(stderr, { retryDelay: 0 });
  await using test = harness({ plugins: [consoleLog({ stream })] });
  await test.agent.start();
  test.agent.logs.logger("a").info("lost");
  assert.equal(await stream.flush("5s"), true);
  const status = test.agent.status.plugin("console_log");
  assert.equal(status?.state, "degraded");
  assert.match(status?.reason ?? "", /standard error cannot be written: no space left/);
  const dropped = test.agent.metrics.families().find(({ name }) =>
    name === "cim_own_log_dropped_total"
  );
  assert(Number(dropped?.collect()) > 0);
  failure = undefined;
  test.agent.logs.logger("a").info("written");
  assert.equal(await stream.flush("5s"), true);
  assert.equal(test.agent.status.plugin("console_log")?.state, "ok");
  assert.match(text, /INFO {2}a written\n/);
  assert.match(
    text,
    /WARN {2}console_log Lines were not written to standard error \{"lines":\d+\}/,
  );
});

Deno.test("consoleLog() is degraded while the reader of standard error has stopped and the buffer is full", async () => {
  const reading = Promise.withResolvers<void>();
  const stderr = {
    async write(bytes: Uint8Array): Promise<number> {
      await reading.promise;
      return bytes.length;
    },
  };
  const stream = new LineStream(stderr, { capacity: 1_000 });
  await using test = harness({ plugins: [consoleLog({ stream })] });
  await test.agent.start();
  const state = () => test.agent.status.plugin("console_log");
  const log = test.agent.logs.logger("a");
  for (let at = 0; at < 50; at++) log.info(`line ${at} ${"x".repeat(50)}`);
  assert.equal(state()?.state, "degraded");
  assert.match(state()?.reason ?? "", /standard error cannot be written: .*does not read/);
  assert(stream.dropped > 0);
  reading.resolve();
  assert.equal(await stream.flush("5s"), true);
  assert.equal(state()?.state, "ok");
});
