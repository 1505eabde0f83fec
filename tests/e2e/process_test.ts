import assert from "node:assert/strict";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { startAgent } from "./_agent.ts";
import { isBinary } from "./_program.ts";

/** Starts an agent in whose process `code` runs before the program. */
async function startWith(code: string, { ready = true } = {}) {
  using folder = tempDir();
  const path = folder.join("before.ts");
  await Deno.writeTextFile(path, code);
  // The file is removed once it has been loaded: the agent answers, or it has ended.
  const agent = await startAgent({ flags: ["--preload", path, "--allow-run"], ready });
  if (!ready) await agent.ended;
  return agent;
}

/** Waits in the process of the agent until the signal SIGUSR1, then runs the code. */
const onSignal = (code: string) => `Deno.addSignalListener("SIGUSR1", () => { ${code} });`;

for (
  const [what, code] of [
    ["an exception", "setTimeout(() => { throw new Error('injected'); })"],
    ["a rejection", "Promise.reject(new Error('injected'))"],
  ]
) {
  Deno.test({
    name: `cim run drains and ends with 1 after ${what} that nothing catches`,
    ignore: isBinary,
    async fn() {
      await using agent = await startWith(onSignal(code));
      agent.kill("SIGUSR1");
      const { code: exit, err } = await agent.ended;
      assert.equal(exit, 1, err);
      assert.match(err, /^cim: uncaught error: Error: injected$/m);
      assert.match(err, /cim Stopping \{"reason":"an uncaught error"\}/);
      assert.match(err, /cim Stopped /);
    },
  });
}

Deno.test({
  name: "cim run continues after a TLS fault of one peer that nothing catches",
  ignore: isBinary,
  async fn() {
    const message = "received fatal alert: BadCertificate";
    await using agent = await startWith(
      onSignal(`Promise.reject(new Deno.errors.InvalidData("${message}"))`),
    );
    agent.kill("SIGUSR1");
    await until("the message", () => agent.log.includes(`cim: TLS connection failed: ${message}`));
    assert.equal((await agent.get("/liveness")).status, 200);
    const { code, err } = await agent.stop();
    assert.equal(code, 0, err);
    assert.doesNotMatch(err, /uncaught/);
  },
});

Deno.test({
  name: "cim run ends in order when a signal comes before its own code is loaded",
  ignore: isBinary,
  async fn() {
    await using agent = await startWith(
      `const add = Deno.addSignalListener;
       Deno.addSignalListener = (signal, handler) => {
         add(signal, handler);
         // The program has just installed its first handler and loaded nothing else.
         if (signal === "SIGTERM") Deno.kill(Deno.pid, "SIGTERM");
       };`,
      { ready: false },
    );
    const { code, err } = await agent.ended;
    assert.equal(code, 0, err);
    // How far the start gets until the runtime delivers the signal depends on the load of the machine.
    assert.match(err, /^cim: Cannot start agent cim: .* \(start_aborted\)$|cim Stopped /m);
  },
});
