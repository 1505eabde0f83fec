import assert from "node:assert/strict";
import { RawClient } from "./raw_client.ts";
import { tempDir } from "./temp_dir.ts";
import { until } from "./until.ts";

Deno.test("until() returns what the probe finds, and polls as long as it finds nothing", async () => {
  const answers = [undefined, false, 0] as const;
  let calls = 0;
  assert.equal(await until("a number", () => answers[calls++], { everyMs: 0 }), 0);
  assert.equal(calls, 3);
});

Deno.test("until() rejects with what it waited for when its time limit passes", async () => {
  await assert.rejects(
    () => until("the moon", () => false, { withinMs: 0, everyMs: 0 }),
    /^Error: Not within 0 ms: the moon$/,
  );
});

Deno.test("until() throws the error of its probe, or keeps it as the cause of being late", async () => {
  const failing = () => {
    throw new TypeError("broken");
  };
  await assert.rejects(() => until("nothing", failing), TypeError);
  await assert.rejects(
    () => until("nothing", failing, { withinMs: 0, everyMs: 0, retryErrors: true }),
    (error: Error) => error.cause instanceof TypeError,
  );
});

Deno.test("tempDir() removes its folder with what is in it, also without permissions, once", () => {
  const folder = tempDir({ folders: ["logs/old"] });
  Deno.writeTextFileSync(folder.join("logs", "old", "a.log"), "line\n");
  Deno.chmodSync(folder.join("logs"), 0o500);
  folder[Symbol.dispose]();
  folder[Symbol.dispose]();
  assert.throws(() => Deno.statSync(folder.path), Deno.errors.NotFound);
});

Deno.test("RawClient receives up to a text and to the end, and says when the peer has gone", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    using conn = await listener.accept();
    await conn.write(new TextEncoder().encode("INFO one\r\nINFO two\r\n"));
  })();
  using client = await RawClient.open(listener.addr.port);
  await client.until("one\r\n");
  assert.match(await client.receive(), /^INFO one\r\nINFO two\r\n$/);
  assert(client.isEnded);
  await serving;
});
