import assert from "node:assert/strict";
import type { Delivery } from "../../../../core/forward/mod.ts";
import { manualClock } from "../../../../core/testing/mod.ts";
import { BlockPool } from "../../../../cim/logs/lines/block.ts";
import { LineBuffer } from "../../../../cim/logs/lines/line_buffer.ts";
import { LineWriter } from "../../../../cim/logs/lines/line_writer.ts";

Deno.test("LineWriter.close() waits until the attempt that it gave up has ended", async () => {
  let hasEnded = false;
  const buffer = new LineBuffer(new BlockPool(), { bytes: 0, lines: 0 });
  const sender = {
    async send(_block: unknown, signal: AbortSignal): Promise<Delivery> {
      await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
      await Deno.lstat(".");
      hasEnded = true;
      return { status: "retry", reason: "aborted" };
    },
  };
  const writer = new LineWriter(buffer, sender, {
    place: "test",
    thresholdBytes: 1,
    clock: manualClock(),
    onSettled() {},
    onLost() {},
    onRoom() {},
  });
  buffer.appendLine(new TextEncoder().encode("late"));
  assert.equal(await writer.close(AbortSignal.abort()), 1);
  assert.equal(hasEnded, true);
});
