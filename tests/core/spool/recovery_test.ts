import assert from "node:assert/strict";
import {
  Spool,
  type SpoolBlock,
  type SpoolEvent,
  type SpoolQueue,
} from "../../../core/spool/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { wrappedDisk } from "../../_support/wrapped_disk.ts";

const text = new TextEncoder();

/** Writes blocks of one record each to the queue `logs`, each to a segment of its own, and settles the first ones. */
async function fill(folder: string, blocks: number, settled = 0): Promise<void> {
  await using spool = await Spool.open({ folder, segmentBytes: 100 });
  const queue = spool.queue("logs");
  for (let at = 1; at <= blocks; at++) {
    assert.equal((await queue.append(text.encode(`block ${at}`), 1)).status, "stored");
  }
  for (let at = 0; at < settled; at++) {
    queue.settle((await queue.take(AbortSignal.timeout(5_000)))!);
  }
}

async function reopen(
  folder: string,
): Promise<{ spool: Spool; queue: SpoolQueue; events: SpoolEvent[] }> {
  const events: SpoolEvent[] = [];
  const spool = await Spool.open({ folder, onEvent: (event) => events.push(event) });
  return { spool, queue: spool.queue("logs"), events };
}

async function take(queue: SpoolQueue, count: number): Promise<string[]> {
  const texts: string[] = [];
  for (let at = 0; at < count; at++) {
    const block = await queue.take(AbortSignal.timeout(5_000));
    assert(block, `block ${at} did not come`);
    texts.push(new TextDecoder().decode(block.data));
    queue.settle(block);
  }
  return texts;
}

function segments(folder: string): string[] {
  return [...Deno.readDirSync(`${folder}/logs`)].map(({ name }) => `${folder}/logs/${name}`)
    .filter((path) => path.endsWith(".segment")).toSorted();
}

Deno.test("Spool.open() reads a spool that version 1 of the format wrote", async () => {
  using folder = tempDir({ folders: ["logs", "events"] });
  const data = new URL("data/version_1/", import.meta.url);
  for (const queue of ["logs", "events"]) {
    for (const { name } of Deno.readDirSync(new URL(queue, data))) {
      Deno.copyFileSync(new URL(`${queue}/${name}`, data), folder.join(queue, name));
    }
  }
  const { spool, queue, events } = await reopen(folder.path);
  await using _ = spool;
  assert.deepEqual([queue.inherited, spool.queue("events").inherited], [10, 1]);
  const texts = await take(queue, 5);
  assert.deepEqual(texts, [2, 3, 4, 5, 6].map((at) => `line ${at}a\nline ${at}b\n`));
  const event = await spool.queue("events").take(AbortSignal.timeout(5_000));
  assert.deepEqual([...event!.data], [0, 0, 0, 1, 255]);
  assert.deepEqual([event!.records, event!.position, event!.appendedMs], [
    1,
    1,
    Date.UTC(2026, 0, 1),
  ]);
  assert.deepEqual(events, []);
});

Deno.test("C2-2: Spool.open() counts the records of a missing segment and delivers the others", async () => {
  using folder = tempDir();
  await fill(folder.path, 4);
  Deno.removeSync(segments(folder.path)[1]);
  const { spool, queue, events } = await reopen(folder.path);
  await using _ = spool;
  assert.equal(queue.inherited, 3);
  assert.deepEqual(await take(queue, 3), ["block 1", "block 3", "block 4"]);
  assert.deepEqual(events, [
    {
      kind: "damaged",
      queue: "logs",
      reason: "missing_segment",
      records: 1,
      bytes: 0,
      quarantined: undefined,
    },
  ]);
});

Deno.test("Spool.open() delivers every block when the ledger is missing", async () => {
  using folder = tempDir();
  await fill(folder.path, 3);
  Deno.removeSync(folder.join("logs", "ledger"));
  const { spool, queue, events } = await reopen(folder.path);
  await using _ = spool;
  assert.deepEqual(await take(queue, 3), ["block 1", "block 2", "block 3"]);
  assert.deepEqual(events, [{ kind: "repaired", queue: "logs", what: "ledger", bytes: 0 }]);
});

Deno.test("Spool.open() counts what the ledger knows and no segment has, and does not reuse positions", async () => {
  using folder = tempDir();
  await fill(folder.path, 5, 2);
  for (const path of segments(folder.path)) Deno.removeSync(path);
  const { spool, queue, events } = await reopen(folder.path);
  await using _ = spool;
  assert.equal(queue.inherited, 0);
  assert.deepEqual(events, [
    {
      kind: "damaged",
      queue: "logs",
      reason: "missing_end",
      records: 3,
      bytes: 0,
      quarantined: undefined,
    },
  ]);
  const result = await queue.append(text.encode("new"), 1);
  assert(result.status === "stored");
  assert.equal(result.position, 6);
});

Deno.test("Spool.open() repeats blocks when the ledger is behind", async () => {
  using folder = tempDir();
  await fill(folder.path, 3);
  const ledger = Deno.readFileSync(folder.join("logs", "ledger"));
  const kept = segments(folder.path).map((path) => [path, Deno.readFileSync(path)] as const);
  {
    const { spool, queue } = await reopen(folder.path);
    await using _ = spool;
    await take(queue, 2);
  }
  for (const [path, content] of kept) Deno.writeFileSync(path, content);
  Deno.writeFileSync(folder.join("logs", "ledger"), ledger);
  const { spool, queue, events } = await reopen(folder.path);
  await using _ = spool;
  assert.deepEqual(await take(queue, 3), ["block 1", "block 2", "block 3"]);
  assert.deepEqual(events, []);
});

Deno.test("C2-3: SpoolQueue.take() finds the next block behind a header with a zeroed length", async () => {
  using folder = tempDir();
  {
    await using spool = await Spool.open({ folder: folder.path });
    for (const one of ["aaaa", "bbbb", "cccc"]) {
      await spool.queue("logs").append(text.encode(one), 2);
    }
  }
  const [path] = segments(folder.path);
  const content = Deno.readFileSync(path);
  content.fill(0, 16 + 44 + 8, 16 + 44 + 12);
  Deno.writeFileSync(path, content);
  const { spool, queue, events } = await reopen(folder.path);
  await using _ = spool;
  assert.deepEqual(await take(queue, 2), ["aaaa", "cccc"]);
  const [event] = events;
  assert(event.kind === "damaged");
  assert.deepEqual([event.reason, event.records, event.bytes], ["header", 2, 44]);
  assert.equal(queue.records, 0);
});

Deno.test("SpoolQueue.take() does not mistake data that contains a segment for blocks", async () => {
  using inner = tempDir();
  await fill(inner.path, 1);
  const [segment] = segments(inner.path).map((path) => Deno.readFileSync(path));
  using folder = tempDir();
  {
    await using spool = await Spool.open({ folder: folder.path });
    await spool.queue("logs").append(segment, 1);
    await spool.queue("logs").append(text.encode("next"), 1);
  }
  const [path] = segments(folder.path);
  const content = Deno.readFileSync(path);
  content[16 + 8] ^= 1;
  Deno.writeFileSync(path, content);
  const { spool, queue } = await reopen(folder.path);
  await using _ = spool;
  assert.deepEqual(await take(queue, 1), ["next"]);
});

Deno.test("Spool.open() reports files that are not its own and leaves them", async () => {
  using folder = tempDir();
  await fill(folder.path, 1);
  Deno.writeTextFileSync(folder.join("notes.txt"), "a");
  Deno.writeTextFileSync(folder.join("logs", "core.1"), "b");
  const { spool, events } = await reopen(folder.path);
  await using _ = spool;
  assert.deepEqual(
    new Set(events.map((event) => event.kind === "foreign" && event.path)),
    new Set([
      folder.join("logs", "core.1"),
      folder.join("notes.txt"),
    ]),
  );
  assert.equal(Deno.readTextFileSync(folder.join("logs", "core.1")), "b");
});

Deno.test("Spool.open() gives up nothing when a segment is only zeros behind its last good block", async () => {
  using folder = tempDir();
  await fill(folder.path, 1);
  const [path] = segments(folder.path);
  const content = Deno.readFileSync(path);
  const grown = new Uint8Array(content.length + 500);
  grown.set(content.subarray(0, content.length - 40));
  Deno.writeFileSync(path, grown);
  const { spool, queue, events } = await reopen(folder.path);
  await using _ = spool;
  assert.deepEqual(await take(queue, 1), ["block 1"]);
  assert.deepEqual(events.map((event) => event.kind === "repaired" && event.what), ["torn_tail"]);
});

Deno.test("Spool.open() does not read a segment to its end that grew by gigabytes", async () => {
  using folder = tempDir();
  await fill(folder.path, 1);
  const [path] = segments(folder.path);
  Deno.truncateSync(path, 3 * 2 ** 30);
  let bytesRead = 0;
  const fs = wrappedDisk((file) => ({
    async read(buffer) {
      const count = await file.read(buffer);
      bytesRead += count;
      return count;
    },
  }));
  await using spool = await Spool.open({ folder: folder.path, fs });
  assert.deepEqual(await take(spool.queue("logs"), 1), ["block 1"]);
  assert(bytesRead < 200 * 2 ** 20, `${bytesRead} bytes were read`);
  assert(Deno.statSync(path).size < 1_000, "the segment was not cut");
});

Deno.test({
  name: "Spool.open() reports a FIFO in place of a segment or the ledger, and does not wait for it",
  ignore: Deno.build.os === "windows",
  async fn() {
    using folder = tempDir();
    await fill(folder.path, 2, 1);
    const fifo = folder.join("logs", "00000000000009-00000001.segment");
    Deno.removeSync(folder.join("logs", "ledger"));
    for (const path of [fifo, folder.join("logs", "ledger")]) {
      assert((await new Deno.Command("mkfifo", { args: [path] }).output()).success);
    }
    const { spool, queue, events } = await reopen(folder.path);
    await using _ = spool;
    assert.equal((await queue.take(AbortSignal.timeout(5_000)))?.records, 1);
    const causes = events.map((event) => event.kind === "failing" ? String(event.cause) : "");
    assert(causes.some((cause) => cause.includes("is not a regular file")), causes.join());
  },
});

Deno.test("SpoolQueue.rewind() keeps the order when a block is being read from the disk", async () => {
  using folder = tempDir();
  await fill(folder.path, 4);
  let reading = Promise.resolve();
  const fs = wrappedDisk((file) => ({
    async read(buffer) {
      await reading;
      return await file.read(buffer);
    },
  }));
  await using spool = await Spool.open({ folder: folder.path, fs });
  const queue = spool.queue("logs");
  const { signal } = new AbortController();
  const textOf = (block: SpoolBlock | undefined) => new TextDecoder().decode(block?.data);
  await queue.take(signal);
  await queue.take(signal);
  const { promise, resolve } = Promise.withResolvers<void>();
  reading = promise;
  const third = queue.take(signal);
  queue.rewind();
  resolve();
  assert.equal(textOf(await third), "block 1");
  queue.rewind();
  assert.deepEqual(await take(queue, 4), [1, 2, 3, 4].map((at) => `block ${at}`));
});

Deno.test("SpoolQueue.oldestMs is the time of the first block of a segment after a restart", async () => {
  using folder = tempDir();
  const clock = manualClock(1_000_000);
  {
    await using spool = await Spool.open({ folder: folder.path, clock });
    await spool.queue("logs").append(text.encode("a"), 1);
    await clock.advance(100_000);
    await spool.queue("logs").append(text.encode("b"), 1);
    assert.equal(spool.queue("logs").oldestMs, 1_000_000);
  }
  await using spool = await Spool.open({ folder: folder.path, clock });
  assert.equal(spool.queue("logs").oldestMs, 1_000_000);
});

Deno.test("Spool keeps its files private and counts each byte of them", async () => {
  using folder = tempDir();
  const path = folder.join("spool");
  const spool = await Spool.open({ folder: path });
  await spool.queue("logs").append(text.encode("a"), 1);
  await spool.close();
  const files = [...Deno.readDirSync(`${path}/logs`)].map(({ name }) => `${path}/logs/${name}`);
  for (const file of [`${path}/lock`, ...files]) {
    assert.equal(Deno.statSync(file).mode! & 0o777, 0o600);
  }
  for (const one of [path, `${path}/logs`]) assert.equal(Deno.statSync(one).mode! & 0o777, 0o700);
  const size = [`${path}/lock`, ...files].reduce((sum, file) => sum + Deno.statSync(file).size, 0);
  assert.equal(spool.bytes, size);
});
