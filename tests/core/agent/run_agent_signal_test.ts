import assert from "node:assert/strict";

const entry = new URL("../../../core/mod.ts", import.meta.url);

/** Starts a program that runs one agent and prints "up" when it has started. */
function program(close: string): Deno.ChildProcess {
  const code = `
    import { definePlugin, runAgent } from "${entry}";
    const plugin = definePlugin({
      name: "one",
      init() {},
      afterInit: () => void Deno.stdout.writeSync(new TextEncoder().encode("up\\n")),
      close: async () => { ${close} },
    });
    Deno.exit(await runAgent({ name: "demo", plugins: [plugin], args: [], stopTimeout: "30s" }));`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "--ext=ts", code],
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

async function untilUp(child: Deno.ChildProcess): Promise<void> {
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
}

Deno.test("runAgent() stops on a signal and returns 0, and counts signals within a second as one", async () => {
  const child = program("await new Promise((end) => setTimeout(end, 100));");
  await untilUp(child);
  child.kill("SIGINT");
  child.kill("SIGINT");
  child.kill("SIGTERM");
  const { code, stderr } = await child.output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stderr), /Stopping .*SIG(INT|TERM)/);
});

Deno.test("runAgent() returns 1 on a second signal while a plugin does not close", async () => {
  const child = program("await new Promise((end) => setTimeout(end, 60_000));");
  await untilUp(child);
  child.kill("SIGTERM");
  const { promise: second, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, 1_200);
  await second;
  child.kill("SIGTERM");
  const { code, stderr } = await child.output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /ended by a second signal; still running: one/);
});
