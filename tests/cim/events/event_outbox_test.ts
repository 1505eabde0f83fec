import assert from "node:assert/strict";
import { Books, type Delivery, Spool } from "../../../core/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { EventOutbox } from "../../../cim/events/mod.ts";
import { Receipt } from "../../../cim/receipts/mod.ts";
import type { RecordBlock } from "../../../plugins/kafka/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { until } from "../../_support/until.ts";

const encoder = new TextEncoder();
const key = encoder.encode("k");
const delivered: Delivery = { status: "delivered" };

/** Opens an outbox on a spool in `folder`. */
async function open(folder: string, books = new Books(), isDurable = true) {
  const clock = manualClock();
  const spool = await Spool.open({ folder });
  const queue = spool.queue("events");
  const troubles: (string | undefined)[] = [];
  const answers: (number | string)[] = [];
  const outbox = new EventOutbox({
    books,
    queue,
    isDurable,
    lingerMs: 5,
    clock,
    random: () => 0,
    onTrouble: (failure) =>
      troubles.push(failure && "reason" in failure ? failure.reason : undefined),
  });
  const stop = new AbortController();
  let running: Promise<void> | undefined;
  return {
    ...{ clock, queue, outbox, books, troubles, answers },
    put(text: string) {
      outbox.book.accepted++;
      outbox.put(key, encoder.encode(text));
    },
    /** Puts an event whose receipt is answered in `answers`. */
    ask(text: string) {
      outbox.book.accepted++;
      const receipt = new Receipt(1, (answer) => answers.push(answer));
      outbox.put(key, encoder.encode(text), receipt);
    },
    run(send: (block: RecordBlock) => Promise<Delivery>) {
      running = outbox.run({ send }, stop.signal);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      await spool.close();
    },
  };
}

/** The values of a block of keyed records. */
function valuesOf({ data }: RecordBlock): string[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const values: string[] = [];
  for (let at = 0; at < data.length; at += 4 + view.getUint32(at)) {
    const valueAt = at + 8 + view.getUint32(at + 4);
    const start = valueAt + 4;
    values.push(
      new TextDecoder().decode(data.subarray(start, start + view.getUint32(valueAt))),
    );
  }
  return values;
}

Deno.test("EventOutbox sends the events of one moment as one block, in order, and its book balances", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  const blocks: string[][] = [];
  it.run((block) => {
    blocks.push(valuesOf(block));
    return Promise.resolve(delivered);
  });
  for (const text of ["a", "b", "c"]) it.put(text);
  assert.deepEqual([it.outbox.inFlight, it.outbox.book.unaccounted], [3, 0]);
  await it.clock.advance(5);
  await until("delivered", () => it.outbox.book.delivered === 3);
  assert.deepEqual(blocks, [["a", "b", "c"]]);
  const { spooled, inFlight, unaccounted } = it.outbox.book;
  assert.deepEqual([spooled, inFlight, unaccounted], [0, 0, 0]);
});

Deno.test("D-72 EventOutbox keeps events in the spool until sending works, and reports the trouble once", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  let works = false;
  let attempts = 0;
  const sent: string[] = [];
  it.run((block) => {
    attempts++;
    if (!works) return Promise.resolve({ status: "retry", reason: "down" });
    sent.push(...valuesOf(block));
    return Promise.resolve(delivered);
  });
  it.put("a");
  await it.outbox.flush();
  await until("attempts", async () => {
    await it.clock.advance(5_000);
    return attempts > 3;
  });
  it.put("b");
  await it.outbox.flush();
  assert.deepEqual([it.outbox.book.spooled, it.outbox.book.unaccounted], [2, 0]);
  assert.deepEqual(it.troubles, ["down"]);
  works = true;
  await until("delivered", async () => {
    await it.clock.advance(5_000);
    return it.outbox.book.delivered === 2;
  });
  assert.deepEqual(sent, ["a", "b"]);
  assert.deepEqual(it.troubles, ["down", undefined]);
});

Deno.test("EventOutbox takes over the events of the previous run, also of one that did not save its books", async () => {
  using folder = tempDir();
  {
    await using first = await open(folder.path);
    first.put("a");
    first.put("b");
    await first.outbox.flush();
  }
  for (const saved of [undefined, { accepted: 5, delivered: 2, spooled: 3 }]) {
    const previous = saved && { ...saved, inFlight: 0, rejected: {}, dropped: {} };
    await using next = await open(folder.path, new Books(previous && { events: previous }));
    assert.deepEqual([next.outbox.book.spooled, next.outbox.book.unaccounted], [2, 0]);
  }
  await using last = await open(folder.path);
  const sent: string[] = [];
  last.run((block) => {
    sent.push(...valuesOf(block));
    return Promise.resolve(delivered);
  });
  await until("delivered", () => last.outbox.book.delivered === 2);
  assert.deepEqual(sent, ["a", "b"]);
});

Deno.test("EventOutbox counts refused records as rejected and the rest of their block as delivered", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  it.run(() => {
    it.outbox.reject("record_too_large");
    return Promise.resolve(delivered);
  });
  for (const text of ["a", "b", "c"]) it.put(text);
  await it.outbox.flush();
  await until("delivered", () => it.outbox.book.delivered === 2);
  assert.equal(it.outbox.book.rejected.get("record_too_large"), 1);
  assert.equal(it.outbox.book.unaccounted, 0);
});

Deno.test("EventOutbox counts a block that is refused as a whole as rejected", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  it.run(() => Promise.resolve({ status: "rejected", reason: "bad" }));
  it.put("a");
  await it.outbox.flush();
  await until("rejected", () => it.outbox.book.rejected.get("bad") === 1);
  assert.equal(it.outbox.book.unaccounted, 0);
});

Deno.test("EventOutbox drops events with a reason when the spool takes none and the buffer is full", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  const large = "x".repeat(3 * 1024 * 1024);
  for (let count = 0; count < 4; count++) it.put(large);
  assert((it.outbox.book.dropped.get("buffer_full") ?? 0) >= 1);
  assert.equal(it.outbox.book.unaccounted, 0);
  await it.outbox.flush();
});

Deno.test("EventOutbox keeps events while the disk of the spool fails, and appends them in order afterwards", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  const append = it.queue.append.bind(it.queue);
  let failures = 2;
  it.queue.append = (...block) =>
    failures-- > 0
      ? Promise.resolve({ status: "dropped", reason: "spool_failed" })
      : append(...block);
  it.put("a");
  const flushing = it.outbox.flush();
  it.put("b");
  await until("stored", async () => {
    await it.clock.advance(5_000);
    return it.outbox.book.spooled === 2;
  });
  await flushing;
  const values: string[] = [];
  it.run((block) => {
    values.push(...valuesOf(block));
    return Promise.resolve(delivered);
  });
  await until("sent", () => it.outbox.book.delivered === 2);
  assert.deepEqual(values, ["a", "b"]);
  assert.equal(it.outbox.book.dropped.size, 0);
});

Deno.test("EventOutbox counts events as dropped when the disk still fails at the stop", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  it.queue.append = () => Promise.resolve({ status: "dropped", reason: "spool_failed" });
  it.put("a");
  const stop = new AbortController();
  const draining = it.outbox.drain(stop.signal);
  stop.abort();
  await draining;
  assert.equal(it.outbox.book.dropped.get("spool_failed"), 1);
  assert.equal(it.outbox.book.unaccounted, 0);
});

Deno.test("EventOutbox.drain() waits until all is sent, but not while sending fails", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  const { promise, resolve } = Promise.withResolvers<Delivery>();
  it.run(() => promise);
  it.put("a");
  const draining = it.outbox.drain(new AbortController().signal);
  let isDrained = false;
  draining.then(() => isDrained = true);
  await until("stored", () => it.outbox.book.spooled === 1);
  assert.equal(isDrained, false);
  resolve({ status: "retry", reason: "down" });
  await draining;
  assert.equal(it.outbox.book.spooled, 1);
});

Deno.test("EventOutbox.drain() ends when its signal aborts, and leaves the rest in the spool", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  const { promise, resolve } = Promise.withResolvers<Delivery>();
  it.run(() => promise);
  it.put("a");
  const stop = new AbortController();
  const draining = it.outbox.drain(stop.signal);
  await until("stored", () => it.outbox.book.spooled === 1);
  stop.abort();
  await draining;
  resolve({ status: "retry", reason: "down" });
  assert.deepEqual([it.queue.records, it.outbox.book.unaccounted], [1, 0]);
});

Deno.test("EventOutbox answers receipts with positions once the events are in the spool", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  it.put("a");
  it.ask("b");
  it.ask("c");
  assert.deepEqual(it.answers, []);
  await it.outbox.flush();
  assert.deepEqual(it.answers, [2, 3]);
});

Deno.test("EventOutbox answers receipts when Kafka has the events if the spool is not durable, and at the stop", async () => {
  using folder = tempDir();
  await using it = await open(folder.path, new Books(), false);
  it.ask("a");
  await it.outbox.flush();
  assert.deepEqual(it.answers, []);
  it.run((block) =>
    Promise.resolve(
      valuesOf(block).includes("a") ? delivered : { status: "retry", reason: "down" },
    )
  );
  await until("the answer", () => it.answers.length === 1);
  it.ask("b");
  await it.outbox.flush();
  it.outbox.endReceipts();
  assert.deepEqual(it.answers, [1, "stopping"]);
});

Deno.test("EventOutbox refuses the receipts of events that it or the spool drops", async () => {
  using folder = tempDir();
  await using it = await open(folder.path, new Books(), false);
  it.ask("x".repeat(9 * 1024 * 1024));
  const append = it.queue.append;
  it.queue.append = () => Promise.resolve({ status: "dropped", reason: "spool_full" });
  it.ask("a");
  await it.outbox.flush();
  it.queue.append = append;
  it.ask("b");
  await it.outbox.flush();
  it.outbox.lose(1, "spool_full");
  assert.deepEqual(it.answers, ["buffer_full", "spool_full", "lost"]);
});

Deno.test("EventOutbox answers receipts of events that a failing disk takes later", async () => {
  using folder = tempDir();
  await using it = await open(folder.path);
  const append = it.queue.append.bind(it.queue);
  it.queue.append = async (...block) => {
    const result = await append(...block);
    return result.status === "stored" ? { ...result, isDurable: false } : result;
  };
  let durableEnd = 1;
  Object.defineProperty(it.queue, "durableEnd", { get: () => durableEnd });
  it.ask("a");
  await it.outbox.flush();
  await it.clock.advance(500);
  assert.deepEqual(it.answers, []);
  durableEnd = 2;
  await it.clock.advance(500);
  assert.deepEqual(it.answers, [1]);
});
