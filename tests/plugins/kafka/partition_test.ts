import assert from "node:assert/strict";
import { partitionOf } from "../../../plugins/kafka/mod.ts";

const partitions = [2, 3, 5, 8, 12];
// Golden vector G6 of the contract.
const vectors: readonly [key: string, wanted: readonly number[]][] = [
  ["18235915113c8c12a73a90f6d3297f74", [0, 0, 1, 6, 6]],
  ["7fc42234253dc713734010915cfa3fe6", [0, 1, 0, 2, 10]],
  ["EVENT", [1, 1, 2, 7, 7]],
];

for (const [key, wanted] of vectors) {
  Deno.test(`G6 partitionOf() is that of Sarama when the key is ${key}`, () => {
    const bytes = new TextEncoder().encode(key);
    assert.deepEqual(partitions.map((count) => partitionOf(bytes, count)), wanted);
  });
}

Deno.test("partitionOf() throws when there is no partition", () => {
  for (const count of [0, -1, 1.5, NaN]) {
    assert.throws(() => partitionOf(new Uint8Array(), count), RangeError);
  }
});
