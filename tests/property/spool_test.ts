/**
 * The spool against a model in memory: random operations, crashes of the process and of the machine at every
 * operation that changes a file, failing operations, and flipped bits. Everything is repeatable from its seed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { setImmediate } from "node:timers";
import {
  Spool,
  type SpoolBlock,
  type SpoolDurability,
  type SpoolEvent,
  type SpoolQueue,
} from "../../core/spool/mod.ts";
import { manualClock } from "../../core/testing/mod.ts";
import { MemoryFs } from "../core/spool/_memory_fs.ts";

const folder = "/spool";
const maxBytes = 8_192;

/** A repeatable random source (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface ModelBlock {
  readonly id: number;
  readonly records: number;
  /** Whether `append` reported it as durable. */
  isDurable: boolean;
  /** Whether `append` reported it as dropped, so that it must not appear. */
  isDropped: boolean;
  isSettled: boolean;
}

/** What one queue must contain. */
class Model {
  readonly blocks: ModelBlock[] = [];

  /** Checks the ids of all blocks that a new start delivers; `lost` are those that damage may have taken. */
  checkAfterStart(ids: readonly number[], what: string): void {
    for (let at = 1; at < ids.length; at++) {
      assert(ids[at] > ids[at - 1], `${what}: block ${ids[at]} came after ${ids[at - 1]}`);
    }
    const delivered = new Set(ids);
    for (const block of this.blocks) {
      if (block.isDropped) assert(!delivered.has(block.id), `${what}: dropped ${block.id} came`);
      if (!block.isDurable || block.isSettled) continue;
      assert(delivered.has(block.id), `${what}: block ${block.id} is lost (${ids})`);
    }
  }
}

/** The data of a block: its id and a filler that depends on it. */
function dataOf(id: number, length: number): Uint8Array {
  const data = new Uint8Array(4 + length).fill(id & 0xff);
  new DataView(data.buffer).setUint32(0, id);
  return data;
}

function idOf({ data }: SpoolBlock): number {
  const id = new DataView(data.buffer, data.byteOffset).getUint32(0);
  assert(data.subarray(4).every((byte) => byte === (id & 0xff)), `block ${id} has other bytes`);
  return id;
}

interface Run {
  readonly fs: MemoryFs;
  readonly durability: SpoolDurability;
  readonly random: () => number;
}

async function open(
  { fs, durability, random }: Run,
): Promise<{ spool: Spool; events: SpoolEvent[] }> {
  const events: SpoolEvent[] = [];
  const spool = await Spool.open({
    folder,
    maxBytes,
    memoryBytes: 600,
    durability,
    whenFull: "drop_newest",
    fs,
    clock: manualClock(),
    random,
    onEvent: (event) => events.push(event),
  });
  return { spool, events };
}

async function drainIds(queue: SpoolQueue): Promise<number[]> {
  const ids: number[] = [];
  const stop = new AbortController();
  for (let taken = 0; taken < queue.records;) {
    const next = queue.take(stop.signal);
    // Damage at the end leaves nothing to wait for.
    const block = await Promise.race([next, settled().then(() => undefined)]);
    if (block === undefined) break;
    ids.push(idOf(block));
    taken += block.records;
  }
  stop.abort();
  return ids;
}

/** Resolves when everything that needs no timer has been done: the file system in memory needs none. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Random operations on a queue until they are done or the process ends. */
async function work(queue: SpoolQueue, run: Run, model: Model, steps: number): Promise<void> {
  const { fs, random } = run;
  const taken: SpoolBlock[] = [];
  const pending: Promise<void>[] = [];
  for (let step = 0; step < steps && !fs.isCrashed; step++) {
    const choice = random();
    if (choice < 0.5) {
      const records = 1 + Math.floor(random() * 3);
      const block: ModelBlock = {
        id: model.blocks.length + 1,
        records,
        isDurable: false,
        isDropped: false,
        isSettled: false,
      };
      model.blocks.push(block);
      const result = queue.append(dataOf(block.id, Math.floor(random() * 300)), records)
        .then((outcome) => {
          if (outcome.status === "dropped") block.isDropped = outcome.reason !== "spool_closed";
          else if (outcome.isDurable) block.isDurable = true;
        });
      pending.push(result);
      if (random() < 0.7) await result;
    } else if (choice < 0.75 && queue.records > taken.length * 3) {
      const before = queue.records;
      if (taken.reduce((sum, { records }) => sum + records, 0) >= before) continue;
      const block = await queue.take(fs.crashed);
      if (block === undefined) break;
      taken.push(block);
    } else if (choice < 0.95 && taken.length > 0) {
      const block = taken.shift()!;
      model.blocks[idOf(block) - 1].isSettled = true;
      queue.settle(block);
    } else if (taken.length > 0) {
      queue.rewind();
      taken.length = 0;
    }
    assert(fs.bytes <= maxBytes, `${fs.bytes} bytes on the disk`);
  }
  await Promise.all(pending);
}

/** Works, ends the process at operation `crashAt`, and checks what the next start finds; returns the operations. */
async function crashRun(
  seed: number,
  durability: SpoolDurability,
  crashAt: number,
): Promise<number> {
  const random = randomFrom(seed);
  const fs = new MemoryFs();
  const model = new Model();
  fs.onOperation = (_name, _path, count) => count >= crashAt ? "crash" : undefined;
  const run = { fs, durability, random };
  let next = fs;
  try {
    const { spool } = await open(run);
    await work(spool.queue("logs"), run, model, 120);
    await spool.close();
  } catch (error) {
    // The start itself may be what the crash ends.
    if (!fs.isCrashed) throw error;
  }
  const { operations } = fs;
  next = durability === "power" ? fs.afterPowerCut(random) : fs.afterProcessCrash();
  const { spool, events } = await open({ ...run, fs: next });
  const queue = spool.queue("logs");
  const what = `seed ${seed}, ${durability}, crash at ${crashAt}`;
  const ids = await drainIds(queue);
  model.checkAfterStart(ids, what);
  assert.equal(
    queue.inherited,
    ids.reduce((sum, id) => sum + model.blocks[id - 1].records, 0),
    what,
  );
  if (durability === "process") {
    assert.deepEqual(events.filter(({ kind }) => kind === "damaged"), [], what);
  }
  await spool.close();
  return operations;
}

for (const durability of ["process", "power"] as const) {
  Deno.test(`Spool loses nothing durable when a crash hits any operation with ${durability}`, async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const operations = await crashRun(seed, durability, Infinity);
      assert(operations > 60, `${operations} operations`);
      for (let at = 1; at <= operations; at++) await crashRun(seed, durability, at);
    }
  });
}

Deno.test("Spool loses nothing and recovers when operations on files fail", async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed);
    const fs = new MemoryFs();
    const model = new Model();
    const run: Run = { fs, durability: seed % 2 === 0 ? "power" : "process", random };
    const rate = random() * 0.3;
    const { spool, events } = await open(run);
    fs.onOperation = () => random() < rate ? new Error("no space left on device") : undefined;
    await work(spool.queue("logs"), run, model, 120);
    fs.onOperation = () => undefined;
    await spool.flush();
    await spool.close();
    const what = `seed ${seed}`;
    assert.deepEqual(events.filter(({ kind }) => kind === "damaged"), [], what);
    for (const block of model.blocks) block.isDurable = !block.isDropped;
    const { spool: successor } = await open({ ...run, fs });
    const queue = successor.queue("logs");
    const ids = await drainIds(queue);
    model.checkAfterStart(ids, what);
    assert.equal(queue.inherited, recordsOf(model, ids), what);
    await successor.close();
    if (rate > 0.1) {
      assert(events.some(({ kind }) => kind === "failing"), what);
      assert(events.some(({ kind }) => kind === "recovered"), what);
    }
  }
});

Deno.test("Spool delivers every good block and counts every bad one when a bit is flipped", async () => {
  let losses = 0;
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed);
    const fs = new MemoryFs();
    const model = new Model();
    const run: Run = { fs, durability: "process", random };
    const first = await open(run);
    await work(first.spool.queue("logs"), run, model, 60);
    await first.spool.close();
    const files = [...fs.files].filter(([path]) => /segment$|ledger$/.test(path));
    if (files.length === 0) continue;
    const [path, { bytes }] = files[Math.floor(random() * files.length)];
    const bit = Math.floor(random() * bytes.length * 8);
    bytes[bit >> 3] ^= 1 << (bit & 7);
    const { spool, events } = await open({ ...run, fs });
    const queue = spool.queue("logs");
    const ids = await drainIds(queue);
    const what = `seed ${seed}, ${path}, bit ${bit}`;
    const damaged = events.reduce(
      (sum, event) => event.kind === "damaged" ? sum + event.records : sum,
      0,
    );
    const missing = model.blocks.filter(({ id, isDurable, isSettled }) =>
      isDurable && !isSettled && !ids.includes(id)
    );
    assert(missing.length <= 1, `${what}: ${missing.length} blocks are missing`);
    assert(damaged >= recordsOf(model, missing.map(({ id }) => id)), what);
    if (missing.length === 0 && path.endsWith("ledger")) assert.equal(damaged, 0, what);
    losses += missing.length;
    for (const { id } of missing) model.blocks[id - 1].isDurable = false;
    model.checkAfterStart(ids, what);
    await spool.close();
  }
  assert(losses > 20, `${losses} losses`);
});

function recordsOf(model: Model, ids: readonly number[]): number {
  return ids.reduce((sum, id) => sum + model.blocks[id - 1].records, 0);
}

for (const durability of ["process", "memory"] as const) {
  Deno.test(`Spool accounts for every record when it drops the oldest with ${durability}`, async () => {
    let drops = 0;
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomFrom(seed);
      const fs = new MemoryFs();
      const dropped = new Map<string, number>();
      const spool = await Spool.open({
        folder,
        maxBytes,
        memoryBytes: Math.floor(random() * 4_000),
        durability,
        whenFull: "drop_oldest",
        fs,
        clock: manualClock(),
        random,
        onEvent: (event) => {
          if (event.kind !== "dropped" || !event.isStored) return;
          dropped.set(event.queue, (dropped.get(event.queue) ?? 0) + event.records);
          drops++;
        },
      });
      const sides = ["a", "b"].map((name) => ({
        queue: spool.queue(name),
        taken: [] as SpoolBlock[],
        accepted: 0,
        settled: 0,
        last: 0,
      }));
      for (let step = 0; step < 200; step++) {
        const side = sides[random() < 0.7 ? 0 : 1];
        const { queue, taken } = side;
        const inDelivery = taken.reduce((sum, { records }) => sum + records, 0);
        const choice = random();
        const what = `seed ${seed}, step ${step}`;
        if (choice < 0.6) {
          const records = 1 + Math.floor(random() * 3);
          const id = step + 1;
          const result = await queue.append(dataOf(id, Math.floor(random() * 300)), records);
          if (result.status === "stored") side.accepted += records;
        } else if (choice < 0.8 && queue.records > inDelivery) {
          const block = await queue.take(fs.crashed);
          assert(block, what);
          assert(idOf(block) > side.last, `${what}: ${idOf(block)} came after ${side.last}`);
          side.last = idOf(block);
          taken.push(block);
        } else if (choice < 0.95 && taken.length > 0) {
          const block = taken.shift()!;
          idOf(block);
          side.settled += block.records;
          queue.settle(block);
        } else if (taken.length > 0) {
          side.last = idOf(taken[0]) - 1;
          queue.rewind();
          taken.length = 0;
        }
        assert(fs.bytes <= maxBytes && spool.bytes <= maxBytes, `${what}: ${spool.bytes} bytes`);
        const lost = dropped.get(queue.name) ?? 0;
        assert.equal(queue.records, side.accepted - side.settled - lost, what);
      }
      await spool.close();
    }
    assert(drops > 100, `${drops} drops`);
  });
}
