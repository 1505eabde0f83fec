import assert from "node:assert/strict";
import { startHere } from "../../../../cim/cli/demo/start_here.ts";
import { aborted } from "../../../../core/mod.ts";

Deno.test("startHere() runs a command in a world of its own and stops it like SIGTERM", async () => {
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
