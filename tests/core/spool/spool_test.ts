import assert from "node:assert/strict";
import {
  Spool,
  type SpoolEvent,
  type SpoolOptions,
  type SpoolQueue,
} from "../../../core/spool/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const text = new TextEncoder();
const decode = (data: Uint8Array) => new TextDecoder().decode(data);

/** Takes and settles `count` blocks; returns their texts. */
async function drain(queue: SpoolQueue, count: number): Promise<string[]> {
  const texts: string[] = [];
  for (let at = 0; at < count; at++) {
    const block = await queue.take(AbortSignal.timeout(5_000));
    assert(block, `block ${at} did not come`);
    texts.push(decode(block.data));
    queue.settle(block);
  }
  return texts;
}

async function append(queue: SpoolQueue, ...texts: string[]): Promise<void> {
  for (const one of texts) {
    const { status } = await queue.append(text.encode(one), 1);
    assert.equal(status, "stored");
  }
}

function open(
  folder: string,
  options: Partial<SpoolOptions> = {},
): Promise<{ spool: Spool; events: SpoolEvent[] }> {
  const events: SpoolEvent[] = [];
  return Spool.open({ folder, onEvent: (event) => events.push(event), ...options })
    .then((spool) => ({ spool, events }));
}

/** Sizes of all files below a folder. */
function diskBytes(folder: string): number {
  let total = 0;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = `${folder}/${name}`;
    total += isDirectory ? diskBytes(path) : Deno.statSync(path).size;
  }
  return total;
}

function segmentsOf(folder: string, queue: string): string[] {
  return [...Deno.readDirSync(`${folder}/${queue}`)].map(({ name }) => `${folder}/${queue}/${name}`)
    .filter((path) => path.endsWith(".segment")).toSorted();
}

Deno.test("SpoolQueue.take() returns blocks in order when they come from memory", async () => {
  using folder = tempDir();
  const { spool } = await open(folder.path);
  await using _ = spool;
  const queue = spool.queue("logs");
  await append(queue, "a", "b", "c");
  assert.equal(queue.records, 3);
  assert.deepEqual(await drain(queue, 3), ["a", "b", "c"]);
  assert.equal(queue.records, 0);
});

Deno.test("SpoolQueue.take() returns blocks in order when they come from the disk", async () => {
  using folder = tempDir();
  const { spool } = await open(folder.path, { memoryBytes: 0, segmentBytes: 200 });
  await using _ = spool;
  const queue = spool.queue("logs");
  const texts = Array.from({ length: 50 }, (_, at) => `block ${at}`);
  await append(queue, ...texts);
  assert(segmentsOf(folder.path, "logs").length > 10);
  assert.deepEqual(await drain(queue, 50), texts);
});

Deno.test("Spool.open() continues where the previous one stopped", async () => {
  using folder = tempDir();
  {
    const { spool } = await open(folder.path);
    await using _ = spool;
    await append(spool.queue("logs"), "a", "b", "c");
    await drain(spool.queue("logs"), 1);
  }
  const { spool, events } = await open(folder.path);
  await using _ = spool;
  const queue = spool.queue("logs");
  assert.deepEqual([queue.inherited, queue.records, [...spool.queues.keys()]], [2, 2, ["logs"]]);
  await append(queue, "d");
  assert.deepEqual(await drain(queue, 3), ["b", "c", "d"]);
  assert.deepEqual(events, []);
});

Deno.test("C2-3: Spool.open() cuts a torn tail and delivers what stands before it", async () => {
  using folder = tempDir();
  {
    const { spool } = await open(folder.path);
    await using _ = spool;
    await append(spool.queue("logs"), "a", "b", "c");
  }
  const [path] = segmentsOf(folder.path, "logs");
  // The trailer and half of the last block.
  Deno.truncateSync(path, Deno.statSync(path).size - 40 - 10);
  const { spool, events } = await open(folder.path);
  await using _ = spool;
  assert.equal(spool.queue("logs").inherited, 2);
  assert.deepEqual(await drain(spool.queue("logs"), 2), ["a", "b"]);
  assert.deepEqual(
    events,
    [
      {
        kind: "damaged",
        queue: "logs",
        reason: "missing_end",
        records: 1,
        bytes: 0,
        quarantined: undefined,
      },
      { kind: "repaired", queue: "logs", what: "torn_tail", bytes: 31 },
    ].toReversed(),
  );
});

Deno.test("C2-3: SpoolQueue.take() quarantines a block with a flipped bit and goes on", async () => {
  using folder = tempDir();
  {
    const { spool } = await open(folder.path);
    await using _ = spool;
    await append(spool.queue("logs"), "aaaa", "bbbb", "cccc");
  }
  const [path] = segmentsOf(folder.path, "logs");
  const content = Deno.readFileSync(path);
  content[16 + 44 + 41] ^= 1;
  Deno.writeFileSync(path, content);
  const { spool, events } = await open(folder.path);
  await using _ = spool;
  const queue = spool.queue("logs");
  assert.deepEqual(await drain(queue, 2), ["aaaa", "cccc"]);
  assert.equal(queue.records, 0);
  const [event] = events;
  assert(event.kind === "damaged" && event.quarantined);
  assert.deepEqual([event.reason, event.records, event.bytes], ["checksum", 1, 44]);
  assert.deepEqual(Deno.readFileSync(event.quarantined), content.slice(60, 104));
});

Deno.test("SpoolQueue.rewind() makes taken blocks come again", async () => {
  using folder = tempDir();
  const { spool } = await open(folder.path);
  await using _ = spool;
  const queue = spool.queue("logs");
  await append(queue, "a", "b", "c");
  const first = await queue.take(AbortSignal.timeout(5_000));
  await queue.take(AbortSignal.timeout(5_000));
  queue.rewind();
  assert.throws(() => queue.settle(first!), /not the oldest block that was taken/);
  assert.deepEqual(await drain(queue, 3), ["a", "b", "c"]);
});

Deno.test("SpoolQueue.append() waits for room when the policy is block", async () => {
  using folder = tempDir();
  const { spool, events } = await open(folder.path, { maxBytes: 2_000 });
  await using _ = spool;
  const queue = spool.queue("logs");
  let stored = 0;
  for (;;) {
    const result = await queue.append(new Uint8Array(60), 1, AbortSignal.timeout(50));
    if (result.status === "dropped") {
      assert.equal(result.reason, "spool_full");
      break;
    }
    stored++;
  }
  assert(stored >= 8 && spool.bytes <= 2_000 && diskBytes(folder.path) <= 2_000);
  const waiting = queue.append(new Uint8Array(60), 1);
  const block = await queue.take(AbortSignal.timeout(5_000));
  queue.settle(block!);
  assert.equal((await waiting).status, "stored");
  assert.deepEqual(events.map(({ kind }) => kind), ["full", "dropped", "room"]);
});

Deno.test("SpoolQueue.append() drops the oldest segment when the policy is drop_oldest", async () => {
  using folder = tempDir();
  const { spool, events } = await open(folder.path, { maxBytes: 2_000, whenFull: "drop_oldest" });
  await using _ = spool;
  const queue = spool.queue("logs");
  for (let at = 0; at < 50; at++) await append(queue, `${at}`.padStart(40));
  assert(diskBytes(folder.path) <= 2_000);
  const left = queue.records;
  const dropped = events.reduce(
    (sum, event) => event.kind === "dropped" && event.isStored ? sum + event.records : sum,
    0,
  );
  assert.equal(left + dropped, 50);
  const texts = await drain(queue, left);
  assert.deepEqual(
    texts,
    Array.from({ length: left }, (_, at) => `${50 - left + at}`.padStart(40)),
  );
});

Deno.test("SpoolQueue.append() drops the new block when the policy is drop_newest", async () => {
  using folder = tempDir();
  const { spool } = await open(folder.path, { maxBytes: 2_000, whenFull: "drop_newest" });
  await using _ = spool;
  const queue = spool.queue("logs");
  const results = [];
  for (let at = 0; at < 50; at++) results.push(await queue.append(new Uint8Array(40), 1));
  const stored = results.filter(({ status }) => status === "stored").length;
  assert.equal(queue.records, stored);
  assert.deepEqual(results[49], { status: "dropped", reason: "spool_full" });
});

Deno.test("Spool.open() refuses a folder that another spool uses", async () => {
  using folder = tempDir();
  const { spool } = await open(folder.path);
  await using _ = spool;
  await assert.rejects(Spool.open({ folder: folder.path }), {
    code: "spool_in_use",
    message: new RegExp(`process ${Deno.pid} uses it`),
  });
});

Deno.test("SpoolQueue.append() keeps blocks in memory when the durability is memory", async () => {
  using folder = tempDir();
  const { spool } = await open(folder.path, { durability: "memory" });
  await using _ = spool;
  const queue = spool.queue("logs");
  await append(queue, "a", "b");
  assert.deepEqual(await drain(queue, 2), ["a", "b"]);
  assert.deepEqual([queue.bytes, diskBytes(folder.path)], [0, 16]);
});

Deno.test("SpoolQueue.takeReady() returns blocks from memory and from the disk, and does not wait for one", async () => {
  using dir = tempDir();
  const first = await open(dir.path);
  await append(first.spool.queue("logs"), "a", "b");
  await first.spool.close();
  await using second = (await open(dir.path)).spool;
  const queue = second.queue("logs");
  await append(queue, "c");
  const { signal } = new AbortController();
  const found: string[] = [];
  for (let block = await queue.takeReady(signal); block; block = await queue.takeReady(signal)) {
    found.push(decode(block.data));
  }
  assert.deepEqual(found, ["a", "b", "c"]);
  queue.rewind();
  assert.equal(await queue.takeReady(AbortSignal.abort()), undefined);
});

Deno.test("SpoolQueue.append() uses the memory of settled blocks again, also of those read from the disk", async () => {
  using dir = tempDir();
  const first = await open(dir.path);
  const { signal } = new AbortController();
  await first.spool.queue("logs").append(new Uint8Array(100_000).fill(1), 1);
  await first.spool.close();
  await using second = (await open(dir.path)).spool;
  const queue = second.queue("logs");
  const read = (await queue.take(signal))!;
  queue.settle(read);
  for (const value of [2, 3]) {
    await queue.append(new Uint8Array(100_000).fill(value), 1);
    const block = (await queue.take(signal))!;
    assert.equal(block.data.buffer, read.data.buffer);
    assert.deepEqual([block.data.length, block.data[0], block.data.at(-1)], [
      100_000,
      value,
      value,
    ]);
    queue.settle(block);
  }
});
