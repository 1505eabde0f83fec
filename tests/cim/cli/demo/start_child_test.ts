import assert from "node:assert/strict";
import { startHere } from "../../../../cim/cli/demo/start_child.ts";
import { aborted } from "../../../../core/mod.ts";

Deno.test("startHere() runs a command with its own output and environment and stops it on terminate()", async () => {
  const child = startHere(["run", "x"], { A: "1" }, async (args, io) => {
    io.out(args.join(" "));
    io.err(JSON.stringify(io.env));
    await aborted(io.stop);
    io.out(`${io.stop.reason}`);
    return 7;
  });
  assert.deepEqual(child.lines, ["run x", '{"A":"1"}']);
  child.terminate();
  assert.equal(await child.exited, 7);
  assert.equal(child.lines.at(-1), "SIGTERM");
  await child[Symbol.asyncDispose]();
});
