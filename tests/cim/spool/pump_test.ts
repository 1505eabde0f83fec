import assert from "node:assert/strict";
import { Pump, type PumpOptions } from "../../../cim/spool/mod.ts";
import { Book, type Delivery, MemorySpool } from "../../../core/mod.ts";
import { type ManualClock, manualClock } from "../../../core/testing/mod.ts";
import { until } from "../../_support/until.ts";

const delivered: Delivery = { status: "delivered" };

/** A pump over a queue in memory; `outcomes` are the answers of the sender in turn, then `delivered`. */
function setUp(outcomes: Delivery[] = [], options: Partial<PumpOptions> = {}) {
  const queue = new MemorySpool({ maxBytes: 1_000_000 }).queue("tested");
  const book = new Book("logs_tested");
  const clock: ManualClock = manualClock();
  const sent: string[] = [];
  const objects: unknown[] = [];
  const stop = new AbortController();
  const pump = new Pump({
    queue,
    book,
    clock,
    random: () => 1,
    sender: {
      send(block) {
        sent.push(new TextDecoder().decode(block.data));
        objects.push(block);
        return Promise.resolve(outcomes.shift() ?? delivered);
      },
    },
    onRetry: () => {},
    onDelivered: () => {},
    onRefused: () => {},
    ...options,
  });
  const running = pump.run(stop.signal);
  return {
    queue,
    book,
    clock,
    pump,
    sent,
    objects,
    async put(text: string, records = 1) {
      book.accepted += records;
      await queue.append(new TextEncoder().encode(text), records);
      book.spooled += records;
      pump.stored();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

Deno.test("Pump repeats the same block until it is delivered, with growing delays, and then goes on", async () => {
  const retry: Delivery = { status: "retry", reason: "down" };
  await using at = setUp([retry, retry, { ...retry, afterMs: 1_000 }]);
  await at.put("a");
  await at.put("b");
  await until("the first attempt", () => at.sent.length === 1);
  assert.equal(at.pump.isDown, true);
  for (const [delay, attempts] of [[99, 1], [1, 2], [199, 2], [1, 3], [999, 3], [1, 5]]) {
    await at.clock.advance(delay);
    assert.equal(at.sent.length, attempts, `${at.sent} after ${delay} ms`);
  }
  assert.deepEqual(at.sent, ["a", "a", "a", "a", "b"]);
  assert.equal(new Set(at.objects.slice(0, 4)).size, 1, "a sender may continue a block it knows");
  assert.deepEqual([at.pump.isDown, at.book.delivered, at.book.spooled], [false, 2, 0]);
});

Deno.test("Pump counts a refused block and the records that were refused alone, and goes on", async () => {
  let alone = new Map<string, number>();
  const refused: number[] = [];
  await using at = setUp([{ status: "rejected", reason: "no_topic" }, delivered], {
    takeRefused: () => alone,
    onRefused: (records) => refused.push(records),
  });
  await at.put("a", 2);
  await until("the first block", () => at.book.rejected.get("no_topic") === 2);
  alone = new Map([["record_too_large", 1]]);
  await at.put("b", 3);
  await until("the second block", () => at.book.delivered === 2);
  assert.deepEqual(Object.fromEntries(at.book.rejected), { no_topic: 2, record_too_large: 1 });
  assert.deepEqual([refused, at.book.spooled, at.book.unaccounted], [[2], 0, 0]);
});

Deno.test("Pump keeps blocks of its window until they are old and acknowledged, or followed by enough bytes", async () => {
  let [sentBytes, acknowledgedBytes] = [0, 0];
  await using at = setUp([], {
    window: {
      maxBytes: 3,
      afterMs: 1_000,
      sentBytes: () => sentBytes,
      acknowledgedBytes: () => acknowledgedBytes,
    },
  });
  async function send(text: string) {
    sentBytes += text.length;
    await at.put(text);
    await until(`${text} is sent`, () => at.sent.includes(text));
  }
  await send("a");
  await send("b");
  await send("c");
  assert.deepEqual([at.book.delivered, at.book.spooled], [0, 3]);
  await send("d");
  await until("the window is full", () => at.book.delivered === 1);
  await at.clock.advance(1_000);
  acknowledgedBytes = 2;
  at.pump.tick();
  assert.equal(at.book.delivered, 2, "the others are not acknowledged");
  at.pump.lost();
  await until("the window is sent again", () => at.sent.length === 6);
  assert.deepEqual(at.sent, ["a", "b", "c", "d", "c", "d"]);
  acknowledgedBytes = sentBytes;
  at.pump.tick();
  assert.equal(at.book.delivered, 2, "they are not old enough again");
  await at.clock.advance(1_000);
  at.pump.tick();
  assert.deepEqual([at.book.delivered, at.book.spooled, at.book.unaccounted], [4, 0, 0]);
});

Deno.test("Pump sends blocks in order when the connection is lost while it waits for the next one", async () => {
  await using at = setUp([], {
    window: { maxBytes: 1_000, afterMs: 1_000, sentBytes: () => 0, acknowledgedBytes: () => 0 },
  });
  await at.put("a");
  await at.put("b");
  await until("the first blocks", () => at.sent.length === 2);
  // Stored, and not yet in the book: the pump takes it and waits.
  at.book.accepted++;
  await at.queue.append(new TextEncoder().encode("c"), 1);
  await at.clock.advance(0);
  at.pump.lost();
  at.book.spooled++;
  at.pump.stored();
  await until("all blocks again", () => at.sent.length === 5);
  assert.deepEqual(at.sent, ["a", "b", "a", "b", "c"]);
  at.pump.confirmAll();
  assert.deepEqual([at.book.delivered, at.book.spooled, at.queue.records], [3, 0, 0]);
});

Deno.test("Pump.drain() ends when all is sent, when nothing moves, and when an attempt fails unless patient", async () => {
  await using at = setUp(Array(10).fill({ status: "retry", reason: "down" }));
  const signal = new AbortController().signal;
  await at.pump.drain(signal, 1_000, true);
  await at.put("a");
  await until("an attempt failed", () => at.pump.isDown);
  await at.pump.drain(signal, 1_000, false);
  let isOver = false;
  const patient = at.pump.drain(signal, 50, true).then(() => isOver = true);
  assert.equal(isOver, false);
  await at.clock.advance(50);
  await patient;
});

Deno.test("Pump sends the blocks that wait together when its sender takes several, and repeats the same ones", async () => {
  const retry: Delivery = { status: "retry", reason: "down" };
  const together: string[][] = [];
  const outcomes = [retry, delivered];
  await using at = setUp([retry], {
    sender: {
      send: ({ data }) => {
        together.push([new TextDecoder().decode(data)]);
        return Promise.resolve(together.length === 1 ? retry : delivered);
      },
      sendAll: (blocks) => {
        together.push(blocks.map(({ data }) => new TextDecoder().decode(data)));
        return Promise.resolve(outcomes.shift()!);
      },
    },
  });
  await at.put("a");
  await until("the first attempt", () => together.length === 1);
  for (const text of ["b", "c", "d"]) await at.put(text);
  for (let count = 2; count <= 4; count++) {
    await at.clock.advance(1_000);
    await until("the next attempt", () => together.length >= count);
  }
  assert.deepEqual(together, [["a"], ["a"], ["b", "c", "d"], ["b", "c", "d"]]);
  await until("all blocks", () => at.book.delivered === 4);
  assert.deepEqual([at.queue.records, at.book.spooled], [0, 0]);
});

Deno.test("Pump sends blocks one at a time that were refused together", async () => {
  const retry: Delivery = { status: "retry", reason: "down" };
  const sent: string[] = [];
  await using at = setUp([], {
    sender: {
      send: ({ data }) => {
        const text = new TextDecoder().decode(data);
        sent.push(text);
        if (sent.length === 1) return Promise.resolve(retry);
        if (text !== "bad") return Promise.resolve(delivered);
        return Promise.resolve({ status: "rejected", reason: "malformed" });
      },
      sendAll: () => Promise.resolve({ status: "rejected", reason: "malformed" }),
    },
  });
  await at.put("a");
  await until("the first attempt", () => sent.length === 1);
  for (const text of ["b", "bad", "c"]) await at.put(text);
  await at.clock.advance(1_000);
  await until("all blocks", () => at.book.spooled === 0);
  assert.deepEqual(sent, ["a", "a", "b", "bad", "c"]);
  assert.deepEqual([at.book.delivered, at.book.rejected.get("malformed")], [3, 1]);
});
