import assert from "node:assert/strict";
import { hasCode } from "../../../core/mod.ts";
import { StreamLimit } from "../../../cim/kv_routes/stream_limit.ts";

Deno.test("StreamLimit refuses one more than the maximum, and counts an end once", () => {
  const limit = new StreamLimit("lists", 2);
  const ends = [limit.enter(), limit.enter()];
  assert.throws(() => limit.enter(), (error) => hasCode(error, "stream_limit"));
  assert.deepEqual([limit.open, limit.refused], [2, 1]);
  ends[0]();
  ends[0]();
  assert.equal(limit.open, 1);
  limit.enter();
  assert.throws(() => limit.enter(), { message: /2 lists/ });
});
