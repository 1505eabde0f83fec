import assert from "node:assert/strict";
import { until } from "../_support/until.ts";

const example = new URL("../../examples/own_agent/main.ts", import.meta.url).pathname;

function start(...args: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", example, ...args],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("own_agent serves its route and its metrics until a signal, and exits with 0", async () => {
  const port = freePort();
  const child = start("--set", `rest.port=${port}`, "--set", "printer.page_time=1ms").spawn();
  const url = `http://127.0.0.1:${port}`;
  try {
    await until("the agent answers", async () => {
      const answer = await fetch(`${url}/pages?printer=laser`, { method: "POST" }).catch(() => {});
      return await answer?.text() === "printed\n";
    });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    assert.match(metrics, /^pages_total\{printer="laser"\} 1$/m);
    assert.match(metrics, /^page_seconds_count 1$/m);
  } finally {
    child.kill("SIGTERM");
  }
  const { code, stderr } = await child.output();
  const log = new TextDecoder().decode(stderr);
  assert.equal(code, 0, log);
  assert.match(log, /print-agent Stopped/);
});

Deno.test("own_agent prints every configuration key with --help, and exits with 2 for a wrong argument", async () => {
  const help = await start("--help").output();
  assert.equal(help.code, 0);
  assert.match(new TextDecoder().decode(help.stdout), /printer\.page_time \(default 50ms\)/);
  const wrong = await start("--prot=1").output();
  assert.equal(wrong.code, 2);
  assert.match(new TextDecoder().decode(wrong.stderr), /--prot=1 is not an argument/);
});
