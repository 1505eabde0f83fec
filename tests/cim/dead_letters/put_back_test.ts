import assert from "node:assert/strict";
import { letterId } from "../../../cim/dead_letters/mod.ts";
import { putBack, type PutBackOptions } from "../../../cim/dead_letters/put_back.ts";
import { DeadLetters, deadLettersName, readDeadLetters } from "../../../cim/spool/mod.ts";
import {
  type AppendResult,
  Book,
  errorCode,
  Spool,
  type SpoolQueue,
  systemClock,
} from "../../../core/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const text = new TextEncoder();

/** A spool with two letters of route `events`, one of `logs_kafka` and one of `subscriptions`. */
async function fixture(overrides: Partial<PutBackOptions["spool"]> = {}) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(tempDir());
  const spool = stack.use(await Spool.open({ folder: folder.join("spool") }));
  const path = folder.join(deadLettersName);
  const log = recordingLogs().registry.logger("spool");
  const letters = new DeadLetters({ path, maxBytes: 1_000_000, clock: systemClock, log });
  for (const [route, record] of [["events", "e1"], ["logs_kafka", "l1"], ["events", "e2"]]) {
    letters.add({ route, reason: "no", record: text.encode(record) });
  }
  letters.add({ route: "subscriptions", reason: "no", record: text.encode("s1") });
  await letters.flush();
  const books = [new Book("events"), new Book("subscriptions")];
  const queue = spool.queue("events");
  const options: PutBackOptions = {
    clock: systemClock,
    books,
    spool: {
      isDurable: true,
      hasRoomFor: () => true,
      opened: (name) => spool.queues.get(name),
      withDeadLetters: (work) => letters.exclusively(work),
      ...overrides,
    },
  };
  return {
    letters,
    queue,
    book: books[0],
    options,
    left: async () => (await readDeadLetters(path)).letters.map(({ record }) => decoded(record)),
    async ids(...records: string[]) {
      const { letters } = await readDeadLetters(path);
      const chosen = letters.filter(({ record }) => records.includes(decoded(record)));
      return new Set(await Promise.all(chosen.map(letterId)));
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const decoded = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(() => undefined, (error) => error);
  assert(error, "it was not refused");
  return `${error.message} (${errorCode(error)})`;
}

/** The queue with another outcome of `append`. */
function answering(queue: SpoolQueue, result: AppendResult): SpoolQueue {
  return new Proxy(queue, {
    get(target, name) {
      if (name === "append") return () => Promise.resolve(result);
      const member = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

Deno.test("putBack() appends the chosen records, counts them as accepted and removes their letters", async () => {
  await using test = await fixture();
  const ids = await test.ids("e1", "e2");
  assert.equal(await putBack(new Set([...ids, "gone"]), test.options), 2);
  assert.deepEqual(await test.left(), ["l1", "s1"]);
  const { accepted, spooled, unaccounted } = test.book;
  assert.deepEqual([accepted, spooled, unaccounted, test.queue.records], [2, 2, 0, 2]);
  const block = await test.queue.take(AbortSignal.timeout(5_000));
  assert.deepEqual([...block!.data], [
    0,
    0,
    0,
    2,
    ...text.encode("e1"),
    0,
    0,
    0,
    2,
    ...text.encode("e2"),
  ]);
});

Deno.test("putBack() leaves letters whose route is not open or has no queue", async () => {
  await using test = await fixture();
  const kafka = await refusal(putBack(await test.ids("l1"), test.options));
  assert.match(kafka, /1 dead letters: route logs_kafka has no queue in this agent.*_refused\)/);
  const other = await refusal(putBack(await test.ids("s1"), test.options));
  assert.match(other, /route subscriptions has no queue in this agent/);
  assert.equal((await test.left()).length, 4);
});

Deno.test("putBack() refuses a spool in memory and one that is nearly full", async () => {
  await using memory = await fixture({ isDurable: false });
  const ids = await memory.ids("e1");
  assert.match(await refusal(putBack(ids, memory.options)), /the spool is in memory only/);
  await using full = await fixture({ hasRoomFor: () => false });
  assert.match(await refusal(putBack(await full.ids("e1"), full.options)), /is nearly full; let/);
  assert.deepEqual([full.book.accepted, (await full.left()).length], [0, 4]);
});

Deno.test("putBack() keeps the letters, and its book balances, when the queue drops the block", async () => {
  await using test = await fixture({
    opened: () => answering(test.queue, { status: "dropped", reason: "spool_full" }),
  });
  const ids = await test.ids("e1", "e2");
  assert.match(
    await refusal(putBack(ids, test.options)),
    /2 dead letters: .*not take them: spool_f/,
  );
  const { accepted, spooled, dropped, unaccounted } = test.book;
  assert.deepEqual([accepted, spooled, dropped.get("spool_full"), unaccounted], [2, 0, 2, 0]);
  assert.equal((await test.left()).length, 4);
});

Deno.test("putBack() keeps the letters of a block that is in memory only because the disk fails", async () => {
  await using test = await fixture({
    opened: () => answering(test.queue, { status: "stored", position: 1, isDurable: false }),
  });
  const ids = await test.ids("e1");
  assert.match(await refusal(putBack(ids, test.options)), /in the queue and stay letters/);
  assert.equal((await test.left()).length, 4);
});

Deno.test("a letter that arrives during a replay is kept behind those that are left", async () => {
  await using test = await fixture();
  const ids = await test.ids("e1", "e2");
  const replayed = putBack(ids, test.options);
  test.letters.add({ route: "events", reason: "no", record: text.encode("e3") });
  assert.equal(await replayed, 2);
  await test.letters.flush();
  assert.deepEqual(await test.left(), ["l1", "s1", "e3"]);
});
