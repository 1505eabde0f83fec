import assert from "node:assert/strict";
import { Receipt, type RecordReceipt, StoredReceipts } from "../../../cim/receipts/mod.ts";

/** Receipts for the first `count` records of a block, whose answers are collected. */
function setUp(isDurable = true) {
  const answers: (number | string)[] = [];
  return {
    answers,
    stored: new StoredReceipts(isDurable),
    receipts: (count: number): RecordReceipt[] =>
      Array.from({ length: count }, (_, index) => ({
        index,
        receipt: new Receipt(1, (answer) => answers.push(answer)),
      })),
  };
}

const delivered = { status: "delivered" } as const;

Deno.test("StoredReceipts confirms the records of a durable block at once, with their positions", () => {
  const { answers, stored, receipts } = setUp();
  stored.stored(receipts(3), { position: 5, isDurable: true });
  assert.deepEqual(answers, [5, 6, 7]);
});

Deno.test("StoredReceipts confirms a block that was not durable when a later one is", () => {
  const { answers, stored, receipts } = setUp();
  stored.stored(receipts(2), { position: 1, isDurable: false });
  stored.stored(receipts(1), { position: 3, isDurable: false });
  assert.deepEqual(answers, []);
  stored.stored(undefined, { position: 4, isDurable: true });
  assert.deepEqual(answers, [1, 2, 3]);
});

Deno.test("StoredReceipts confirms records that have become durable without a later one", () => {
  const { answers, stored, receipts } = setUp();
  stored.stored(receipts(3), { position: 1, isDurable: false });
  stored.written(3);
  assert.deepEqual([answers, stored.size], [[1, 2], 1]);
  const inMemory = setUp(false);
  inMemory.stored.stored(inMemory.receipts(1), { position: 1, isDurable: true });
  inMemory.stored.written(9);
  assert.deepEqual(inMemory.answers, []);
});

Deno.test("StoredReceipts waits for the destination when the queue is not durable", () => {
  const { answers, stored, receipts } = setUp(false);
  stored.stored(receipts(2), { position: 1, isDurable: true });
  stored.stored(receipts(1), { position: 3, isDurable: true });
  assert.deepEqual(answers, []);
  stored.settled({ position: 1, records: 2 }, delivered, false);
  assert.deepEqual(answers, [1, 2]);
  stored.settled({ position: 3, records: 1 }, { status: "rejected", reason: "no_topic" }, false);
  assert.deepEqual(answers, [1, 2, "no_topic"]);
});

Deno.test("StoredReceipts confirms no record of a block of which some were refused alone", () => {
  const { answers, stored, receipts } = setUp(false);
  stored.stored(receipts(2), { position: 1, isDurable: true });
  stored.settled({ position: 1, records: 2 }, delivered, true);
  assert.deepEqual(answers, ["rejected", "rejected"]);
});

Deno.test("StoredReceipts refuses records that the queue passed over or lost", () => {
  const { answers, stored, receipts } = setUp(false);
  stored.stored(receipts(1), { position: 1, isDurable: true });
  stored.stored(receipts(1), { position: 2, isDurable: true });
  stored.settled({ position: 2, records: 1 }, delivered, false);
  assert.deepEqual(answers, ["lost", 2]);
  stored.stored(receipts(1), { position: 3, isDurable: true });
  stored.refuseAll("stopping");
  assert.deepEqual(answers, ["lost", 2, "stopping"]);
});
