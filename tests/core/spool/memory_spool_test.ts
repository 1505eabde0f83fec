import assert from "node:assert/strict";
import { MemorySpool, type SpoolBlock, type SpoolEvent } from "../../../core/spool/mod.ts";

const never = new AbortController().signal;

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOf(block: SpoolBlock | undefined): string | undefined {
  return block && new TextDecoder().decode(block.data);
}

Deno.test("MemorySpool returns blocks in order, and again after a rewind until they are settled", async () => {
  await using spool = new MemorySpool();
  const queue = spool.queue("a");
  for (const text of ["1", "2", "3"]) await queue.append(bytesOf(text), 1);
  const first = await queue.take(never);
  assert.deepEqual([textOf(first), textOf(await queue.take(never))], ["1", "2"]);
  queue.settle(first!);
  queue.rewind();
  assert.deepEqual([textOf(await queue.take(never)), textOf(await queue.take(never))], ["2", "3"]);
  assert.equal(queue.records, 2);
});

Deno.test("MemorySpool copies a block, numbers its records and says that it is as durable as can be", async () => {
  await using spool = new MemorySpool();
  const queue = spool.queue("a");
  const data = bytesOf("ab");
  await queue.append(bytesOf("x"), 3);
  const result = await queue.append(data, 1);
  data.fill(0);
  assert.deepEqual(result, { status: "stored", position: 4, isDurable: true });
  assert.equal(queue.durableEnd, 5);
  await queue.take(never);
  assert.equal(textOf(await queue.take(never)), "ab");
});

Deno.test("MemorySpool lets a block wait for room until others are settled or its signal aborts", async () => {
  await using spool = new MemorySpool({ maxBytes: 1_024 });
  const queue = spool.queue("a");
  const block = new Uint8Array(700);
  await queue.append(block, 1);
  const stop = new AbortController();
  const given = queue.append(block, 1, stop.signal);
  const waiting = queue.append(block, 1);
  stop.abort();
  assert.deepEqual(await given, { status: "dropped", reason: "spool_full" });
  queue.settle((await queue.take(never))!);
  assert.equal((await waiting).status, "stored");
  assert(spool.bytes > 700 && spool.bytes <= spool.maxBytes);
});

Deno.test("MemorySpool drops its oldest blocks and reports them when that is the policy", async () => {
  const events: SpoolEvent[] = [];
  await using spool = new MemorySpool({
    maxBytes: 2_048,
    whenFull: "drop_oldest",
    onEvent: (event) => events.push(event),
  });
  const queue = spool.queue("a");
  for (let count = 0; count < 4; count++) await queue.append(new Uint8Array(900), 5);
  assert.equal(queue.records, 10);
  const dropped = events.filter((event) => event.kind === "dropped");
  assert.deepEqual(dropped.map(({ records, isStored }) => [records, isStored]), [
    [5, true],
    [5, true],
  ]);
});

Deno.test("MemorySpool.close() ends waits and refuses further blocks and queues", async () => {
  const spool = new MemorySpool();
  const queue = spool.queue("a");
  const taking = queue.take(never);
  await spool.close();
  assert.equal(await taking, undefined);
  assert.deepEqual(await queue.append(bytesOf("1"), 1), {
    status: "dropped",
    reason: "spool_closed",
  });
  assert.throws(() => spool.queue("b"), TypeError);
});
