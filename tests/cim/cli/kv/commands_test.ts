import assert from "node:assert/strict";
import { runCli } from "../../../../cim/cli/mod.ts";
import { product } from "../../_product.ts";
import { assertHarmless, hostile } from "../_hostile.ts";
import { recordingIo } from "../_io.ts";

Deno.test("cim kv list escapes what a terminal acts on when a key or a value has it", async () => {
  await using cim = await product();
  await cim.put(`a/${hostile}`, hostile);
  const io = recordingIo();
  const port = new URL(cim.url).port;
  assert.equal(await runCli(["kv", "list", "a/", "--set", `rest.port=${port}`], io), 0);
  assert.equal(io.outLines.length, 1);
  assertHarmless(io.outLines);
});
