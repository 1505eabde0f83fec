import assert from "node:assert/strict";
import { MemoryQueue } from "../../../../cim/logs/spooled/mod.ts";

const never = new AbortController().signal;
const encoder = new TextEncoder();

async function put(queue: MemoryQueue, text: string, signal = never): Promise<string> {
  return (await queue.append(encoder.encode(text), 1, signal)).status;
}

async function next(queue: MemoryQueue): Promise<string> {
  return new TextDecoder().decode((await queue.take(never))!.data);
}

Deno.test("MemoryQueue returns blocks in order, and again after a rewind until they are settled", async () => {
  const queue = new MemoryQueue(1_000);
  for (const text of ["a", "b", "c"]) await put(queue, text);
  const first = await queue.take(never);
  assert.equal(await next(queue), "b");
  queue.settle(first!);
  assert.equal(queue.records, 2);
  queue.rewind();
  assert.deepEqual([await next(queue), await next(queue)], ["b", "c"]);
});

Deno.test("MemoryQueue.append() copies the block and waits for room", async () => {
  const queue = new MemoryQueue(4);
  const data = encoder.encode("abc");
  await queue.append(data, 1, never);
  data.fill(120);
  const waiting = put(queue, "de");
  const first = await queue.take(never);
  assert.equal(new TextDecoder().decode(first!.data), "abc");
  assert.equal(queue.records, 1, "the second block has no room yet");
  queue.settle(first!);
  assert.equal(await waiting, "stored");
  assert.equal(await next(queue), "de");
});

Deno.test("MemoryQueue stops waiting when its signal aborts", async () => {
  const queue = new MemoryQueue(1);
  await put(queue, "large");
  await queue.take(never);
  const stop = new AbortController();
  const [append, take] = [put(queue, "more", stop.signal), queue.take(stop.signal)];
  stop.abort();
  assert.deepEqual([await append, await take], ["dropped", undefined]);
  assert.equal(queue.records, 1);
});

Deno.test("MemoryQueue.settle() throws for a block that is not the oldest", async () => {
  const queue = new MemoryQueue(1_000);
  await put(queue, "a");
  await put(queue, "b");
  await queue.take(never);
  const second = await queue.take(never);
  assert.throws(() => queue.settle(second!), TypeError);
});
