import assert from "node:assert/strict";
import { runCli } from "../../../../cim/cli/mod.ts";
import { textCodec } from "../../../../core/mod.ts";
import { eventually, product } from "../../_product.ts";
import { assertHarmless, hostile } from "../_hostile.ts";
import { recordingIo } from "../_io.ts";

Deno.test("cim tap --json escapes what a terminal acts on and keeps the content", async () => {
  await using cim = await product();
  const io = recordingIo();
  const subject = "EVENT-NOTIFICATION";
  const url = `nats://127.0.0.1:${cim.nats.port}`;
  const tapping = runCli(["tap", subject, "--json", "--count", "1", "--url", url], io);
  await eventually(() => io.errLines.includes(`cim: listening on ${subject}`));
  cim.nats.publish(subject, textCodec.encode(hostile));
  assert.equal(await tapping, 0);
  assertHarmless(io.outLines);
  assert.equal(JSON.parse(io.outLines[0]).text, hostile);
});
