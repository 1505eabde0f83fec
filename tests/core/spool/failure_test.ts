import assert from "node:assert/strict";
import { Spool, type SpoolEvent, type SpoolOptions } from "../../../core/spool/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { MemoryFs } from "./_memory_fs.ts";

const text = new TextEncoder();
const folder = "/spool";

async function open(fs: MemoryFs, options: Partial<SpoolOptions> = {}) {
  const clock = manualClock();
  const events: SpoolEvent[] = [];
  const spool = await Spool.open({
    folder,
    fs,
    clock,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { spool, events, clock };
}

const full = () => new Error("no space left on device");

Deno.test("C2-5: SpoolQueue.append() keeps blocks in memory while the disk is full, and writes them later", async () => {
  const fs = new MemoryFs();
  const { spool, events, clock } = await open(fs);
  const queue = spool.queue("logs");
  fs.onOperation = full;
  const result = await queue.append(text.encode("a"), 1);
  assert.deepEqual(result, { status: "stored", position: 1, isDurable: false });
  assert.equal(queue.durableEnd, 1);
  fs.onOperation = () => undefined;
  await clock.advance(1_000);
  assert.equal(queue.durableEnd, 2);
  assert.deepEqual(await queue.append(text.encode("b"), 1), {
    status: "stored",
    position: 2,
    isDurable: true,
  });
  assert.deepEqual(events.map(({ kind }) => kind), ["failing", "recovered"]);
  await spool.close();
  const next = await open(fs.afterProcessCrash());
  assert.equal(next.spool.queue("logs").inherited, 2);
  await next.spool.close();
});

Deno.test("SpoolQueue.append() drops blocks with the cause when the disk fails and memory is full", async () => {
  const fs = new MemoryFs();
  const { spool } = await open(fs, { memoryBytes: 100, whenFull: "drop_newest" });
  const queue = spool.queue("logs");
  fs.onOperation = full;
  assert.equal((await queue.append(new Uint8Array(80), 1)).status, "stored");
  const result = await queue.append(new Uint8Array(80), 1);
  assert(result.status === "dropped");
  assert.deepEqual([result.reason, `${result.cause}`], [
    "spool_failed",
    "Error: no space left on device",
  ]);
  fs.onOperation = () => undefined;
  await spool.close();
});

Deno.test("SpoolQueue.append() waits while the disk fails and the policy is block", async () => {
  const fs = new MemoryFs();
  const { spool, clock } = await open(fs, { memoryBytes: 100 });
  const queue = spool.queue("logs");
  fs.onOperation = full;
  await queue.append(new Uint8Array(80), 1);
  const controller = new AbortController();
  const given = queue.append(new Uint8Array(80), 1, controller.signal);
  controller.abort();
  const result = await given;
  assert(result.status === "dropped");
  assert.equal(result.reason, "spool_failed");
  const waiting = queue.append(new Uint8Array(80), 1);
  fs.onOperation = () => undefined;
  await clock.advance(1_000);
  assert.equal((await waiting).status, "stored");
  await spool.close();
});

Deno.test("Spool.close() counts what it cannot write and is not settled", async () => {
  const fs = new MemoryFs();
  const { spool, events } = await open(fs);
  fs.onOperation = full;
  const queue = spool.queue("logs");
  await queue.append(text.encode("delivered"), 2);
  await queue.append(text.encode("abc"), 7);
  queue.settle((await queue.take(AbortSignal.timeout(5_000)))!);
  await spool.close();
  assert.equal(queue.records, 0);
  assert.deepEqual(events.filter(({ kind }) => kind === "dropped"), [
    {
      kind: "dropped",
      queue: "logs",
      reason: "spool_failed",
      records: 7,
      bytes: 43,
      isStored: true,
    },
  ]);
});

Deno.test("SpoolQueue.take() reads nothing from the disk when the consumer keeps up", async () => {
  const fs = new MemoryFs();
  const { spool } = await open(fs);
  const queue = spool.queue("logs");
  const opened: string[] = [];
  const original = fs.open.bind(fs);
  fs.open = (path, mode) => {
    if (mode === "read") opened.push(path);
    return original(path, mode);
  };
  for (let at = 0; at < 20; at++) {
    await queue.append(new Uint8Array(1_000), 1);
    queue.settle((await queue.take(AbortSignal.timeout(5_000)))!);
  }
  assert.deepEqual(opened, []);
  await spool.close();
});

Deno.test("SpoolQueue.take() tries again when reading fails, and gives a segment up after 8 attempts", async () => {
  const fs = new MemoryFs();
  const first = await open(fs);
  await first.spool.queue("logs").append(text.encode("a"), 3);
  await first.spool.close();
  const { spool, events, clock } = await open(fs, { memoryBytes: 0 });
  const queue = spool.queue("logs");
  const original = fs.open.bind(fs);
  let attempts = 0;
  fs.open = (path, mode) => {
    if (mode !== "read") return original(path, mode);
    attempts++;
    return Promise.reject(new Error("input/output error"));
  };
  const stop = new AbortController();
  const taken = queue.take(stop.signal);
  await clock.advance(60_000);
  assert.equal(attempts, 8);
  assert.equal(queue.records, 0);
  assert.deepEqual(events.map(({ kind }) => kind), ["failing", "damaged"]);
  fs.open = original;
  await queue.append(text.encode("b"), 1);
  assert.equal(new TextDecoder().decode((await taken)!.data), "b");
  await spool.close();
});

Deno.test("SpoolQueue.append() shares one sync between blocks when the durability is power", async () => {
  const fs = new MemoryFs();
  const { spool } = await open(fs, { durability: "power" });
  const queue = spool.queue("logs");
  await queue.append(text.encode("first"), 1);
  let syncs = 0;
  fs.onOperation = (name) => {
    if (name === "sync") syncs++;
    return undefined;
  };
  const results = await Promise.all(
    Array.from({ length: 50 }, () => queue.append(text.encode("block"), 1)),
  );
  assert(results.every((result) => result.status === "stored" && result.isDurable));
  assert.equal(syncs, 1);
  await spool.close();
});

Deno.test("SpoolQueue.append() finds room although another queue has filled the spool", async () => {
  const fs = new MemoryFs();
  const { spool } = await open(fs, { maxBytes: 20_000, whenFull: "drop_newest" });
  const [down, healthy] = [spool.queue("down"), spool.queue("healthy")];
  for (let at = 0; at < 100; at++) await down.append(new Uint8Array(400), 1);
  assert(down.records < 50);
  for (let at = 0; at < 100; at++) {
    assert.equal((await healthy.append(new Uint8Array(400), 1)).status, "stored", `block ${at}`);
    healthy.settle((await healthy.take(AbortSignal.timeout(5_000)))!);
  }
  await spool.close();
});

Deno.test("Spool.close() ends waits and may be called twice", async () => {
  const fs = new MemoryFs();
  const { spool } = await open(fs, { maxBytes: 1_024 });
  const queue = spool.queue("logs");
  const taken = queue.take(new AbortController().signal);
  const idle = spool.queue("idle").take(new AbortController().signal);
  await queue.append(new Uint8Array(500), 1);
  assert((await taken) !== undefined);
  const waiting = queue.append(new Uint8Array(500), 1);
  await Promise.all([spool.close(), spool.close()]);
  assert.equal(await idle, undefined);
  assert.deepEqual(await waiting, { status: "dropped", reason: "spool_closed" });
  assert.deepEqual(await queue.append(new Uint8Array(1), 1), {
    status: "dropped",
    reason: "spool_closed",
  });
});

Deno.test("SpoolQueue.append() drops a block that is larger than the spool", async () => {
  const { spool } = await open(new MemoryFs(), { maxBytes: 1_024 });
  const result = await spool.queue("logs").append(new Uint8Array(1_024), 1);
  assert(result.status === "dropped" && result.reason === "spool_full");
  assert.match(`${result.cause}`, /a block of 1024 bytes: the spool is limited to 1KiB/);
  await spool.close();
});

Deno.test("Spool.open() works without the folder when the durability is memory", async () => {
  const fs = new MemoryFs();
  fs.onOperation = () => new Error("permission denied");
  await assert.rejects(open(fs), { code: "spool_unusable", message: /permission denied/ });
  const { spool, events } = await open(fs, { durability: "memory" });
  const queue = spool.queue("logs");
  await queue.append(text.encode("a"), 1);
  queue.settle((await queue.take(AbortSignal.timeout(5_000)))!);
  await spool.close();
  assert.deepEqual(events.map(({ kind }) => kind), ["failing"]);
});

Deno.test("SpoolQueue.settle() leaves the memory of a block alone until it is written", async () => {
  const fs = new MemoryFs();
  const { spool, clock } = await open(fs);
  const queue = spool.queue("logs");
  const { signal } = new AbortController();
  const block = new Uint8Array(100_000);
  const pass = async () => {
    await queue.append(block, 1);
    const taken = (await queue.take(signal))!;
    queue.settle(taken);
    return taken.data.buffer;
  };
  fs.onOperation = full;
  const first = await pass();
  const second = await pass();
  assert.notEqual(second, first);
  fs.onOperation = () => undefined;
  await clock.advance(1_000);
  await spool.flush();
  const third = await pass();
  assert([first, second].includes(third));
  await spool.close();
});
