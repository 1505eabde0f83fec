import assert from "node:assert/strict";
import type { BusDelivery } from "../../../cim/bus/mod.ts";
import {
  type ConsumerHooks,
  consumeWhileSubscribed,
  Notifier,
  PositionCommits,
  SubscriptionSet,
} from "../../../cim/subscriptions/mod.ts";
import { Book, memoryStore } from "../../../core/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import type { ConsumedRecord, KafkaConsumer } from "../../../plugins/kafka/mod.ts";
import { until } from "../../_support/until.ts";
import { record } from "./_record.ts";

const up = { localEventName: ["Up"] };
const wanted = (offset: bigint) => record(`${offset}`, { localEventName: "Up" }, { offset });

/** A member of a group that yields what the test pushes, and records its commits. */
class FakeMember implements KafkaConsumer {
  readonly hooks: ConsumerHooks;
  readonly commits: bigint[] = [];
  isClosed = false;
  commitsBegun = 0;
  /** Commits wait for it. */
  gate: Promise<void> = Promise.resolve();
  commitError: Error | undefined;
  readonly #waiting: ConsumedRecord[] = [];
  #more = Promise.withResolvers<void>();

  constructor(hooks: ConsumerHooks) {
    this.hooks = hooks;
  }

  push(...records: ConsumedRecord[]): void {
    this.#waiting.push(...records);
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ConsumedRecord> {
    while (!this.isClosed) {
      const next = this.#waiting.shift();
      if (next !== undefined) yield next;
      else await this.#more.promise;
    }
  }

  async commit({ offset }: ConsumedRecord): Promise<void> {
    this.commitsBegun++;
    await this.gate;
    if (this.isClosed) throw new Error("the member has left");
    if (this.commitError) throw this.commitError;
    this.commits.push(offset);
  }

  pause(): void {}
  resume(): void {}

  close(): Promise<void> {
    this.isClosed = true;
    this.#wake();
    return Promise.resolve();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #wake(): void {
    this.#more.resolve();
    this.#more = Promise.withResolvers();
  }
}

function setUp(
  deliver: (value: Uint8Array) => Promise<BusDelivery> = () => Promise.resolve("confirmed"),
) {
  const log = recordingLogs().registry.logger("subscriptions");
  const clock = manualClock();
  const random = Math.random;
  const set = new SubscriptionSet({ state: memoryStore(), maxSubscriptions: 10, random, log });
  const commits = new PositionCommits();
  const book = new Book("notifications");
  const notifier = new Notifier({
    subscriptions: () => set.all.values(),
    deliver,
    book,
    maxAttempts: 3,
    confirmTimeoutMs: 1_000,
    clock,
    random,
    onUndeliverable: () => {},
    onWaiting: () => {},
  });
  const members: FakeMember[] = [];
  const stopping = new AbortController();
  const running = consumeWhileSubscribed({
    set,
    notifier,
    commits,
    clock,
    open(hooks) {
      assert(members.every(({ isClosed }) => isClosed), "two members at a time");
      members.push(new FakeMember(hooks));
      return members.at(-1)!;
    },
    onTrouble: () => {},
    onJoined: () => {},
    onIdle: () => {},
  }, stopping.signal);
  const stop = async () => {
    stopping.abort();
    await running;
  };
  return { set, members, commits, book, stop };
}

Deno.test("D-75: consumeWhileSubscribed() joins with the first subscription and leaves after the last", async () => {
  const { set, members, stop } = setUp();
  assert.equal(members.length, 0);
  const first = await set.add(up);
  const second = await set.add(up);
  await until("joined", () => members.length === 1);
  await set.remove(first);
  assert.equal(members[0].isClosed, false);
  await set.remove(second);
  await until("left", () => members[0].isClosed);
  await set.add(up);
  await until("joined again", () => members.length === 2);
  await stop();
  assert.equal(members[1].isClosed, true);
});

Deno.test("D-75: consumeWhileSubscribed() never has two members when the last subscription goes and one comes at once", async () => {
  const { set, members, stop } = setUp();
  for (let round = 0; round < 5; round++) {
    const id = await set.add(up);
    await until("joined", () => members.some(({ isClosed }) => !isClosed));
    await set.remove(id);
  }
  await stop();
  assert(members.every(({ isClosed }) => isClosed));
});

Deno.test("D-80: consumeWhileSubscribed() commits a position only after the application has the event", async () => {
  const answer = Promise.withResolvers<BusDelivery>();
  const published: string[] = [];
  const { set, members, stop } = setUp(async (value) => {
    published.push(new TextDecoder().decode(value));
    return await answer.promise;
  });
  await set.add(up);
  await until("joined", () => members.length === 1);
  members[0].push(record("skipped", {}, { offset: 0n }), wanted(1n));
  await until("the first position", () => members[0].commits.length === 1);
  await until("published", () => published.length === 1);
  assert.deepEqual(members[0].commits, [0n]);
  answer.resolve("confirmed");
  await until("the second position", () => members[0].commits.length === 2);
  await stop();
});

Deno.test("D-81: consumeWhileSubscribed() commits the last positions and leaves its group when the agent stops", async () => {
  const { set, members, stop } = setUp();
  await set.add(up);
  await until("joined", () => members.length === 1);
  const [member] = members;
  const gate = Promise.withResolvers<void>();
  member.gate = gate.promise;
  member.push(wanted(0n), wanted(1n), wanted(2n));
  await until("a commit is in progress", () => member.commitsBegun > 0);
  const stopped = stop();
  gate.resolve();
  await stopped;
  assert.equal(member.isClosed, true);
  assert.equal(member.commits.at(-1), 2n);
});

Deno.test("consumeWhileSubscribed() commits no position that was settled before a rebalance", async () => {
  const { set, members, commits, book, stop } = setUp();
  await set.add(up);
  await until("joined", () => members.length === 1);
  const [member] = members;
  const gate = Promise.withResolvers<void>();
  member.gate = gate.promise;
  member.push(wanted(0n));
  await until("the first is being committed", () => member.commitsBegun === 1);
  member.push(wanted(1n), wanted(2n));
  await until("all are delivered", () => book.delivered === 3);
  member.hooks.onRevoked!();
  gate.resolve();
  await commits.flush();
  assert.deepEqual(member.commits, [0n]);
  await stop();
});

Deno.test("PositionCommits counts a refused position and goes on with the next", async () => {
  const commits = new PositionCommits();
  const member = new FakeMember({});
  member.commitError = new Error("illegal_generation");
  commits.add(member, wanted(0n));
  await commits.flush();
  assert.deepEqual([commits.failures, commits.problem], [1, "illegal_generation"]);
  member.commitError = undefined;
  commits.add(member, wanted(1n));
  await commits.flush();
  assert.deepEqual([member.commits, commits.problem], [[1n], undefined]);
});
