import assert from "node:assert/strict";
import { PendingBudget } from "../../../core/keyvalue/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import type {
  EtcdDriver,
  WatchedChange,
  WatchListener,
  WatchMessage,
  WatchRequest,
} from "../../../plugins/etcd/driver.ts";
import { etcdCounters } from "../../../plugins/etcd/stats.ts";
import { WatchLoop } from "../../../plugins/etcd/watch_loop.ts";

/** A driver whose watch streams are controlled by the test; other calls fail. */
function scripted() {
  const streams: { request: WatchRequest; listener: WatchListener; state: string }[] = [];
  const refuse = () => Promise.reject(new Error("not expected"));
  const driver: EtcdDriver = {
    range: refuse,
    commit: refuse,
    grant: refuse,
    revoke: refuse,
    secondsLeft: refuse,
    compact: refuse,
    close() {},
    watch(request, listener) {
      const stream = { request, listener, state: "open" };
      streams.push(stream);
      return Promise.resolve({
        pause: () => void (stream.state = "paused"),
        resume: () => void (stream.state = "open"),
        cancel: () => void (stream.state = "canceled"),
      });
    },
  };
  return { driver, streams };
}

/** Longer than the first retry delay, shorter than the operation timeout. */
const reopenMs = 200;

function put(revision: number, key = "k/a", size = 0): WatchedChange {
  const bytes = new TextEncoder().encode(key);
  const value = new TextEncoder().encode(`${revision}`.padEnd(size));
  const pair = { key: bytes, value, revision, createRevision: 1, lease: "0" };
  return { type: "put", pair, previous: undefined };
}

function message(revision: number, parts: Partial<WatchMessage> = {}): WatchMessage {
  return { revision, created: false, isFragment: false, changes: [], ...parts };
}

/** Opens a watch that the server confirms at revision 10. */
async function opened(options: { fromRevision?: number; maxPending?: number } = {}) {
  const clock = manualClock();
  const { driver, streams } = scripted();
  const counters = etcdCounters();
  const closing = new AbortController();
  const opening = WatchLoop.open({
    driver,
    endpoints: ["http://etcd.test:2379"],
    clock,
    random: () => 0.5,
    counters,
    operationTimeoutMs: 1_000,
    prefix: "k/",
    maxPending: 100,
    maxPendingBytes: 16 * 1024 * 1024,
    budget: new PendingBudget(64 * 1024 * 1024),
    closing: closing.signal,
    onEnd: () => {},
    ...options,
  });
  await clock.advance(0);
  streams[0].listener.onMessage(message(10, { created: true }));
  const { channel } = await opening;
  return { channel, clock, closing, counters, streams };
}

async function revisions(channel: WatchLoop["channel"], count: number): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length < count) seen.push((await channel.next()).value!.revision);
  return seen;
}

Deno.test("C2-25: WatchLoop resumes after the last reported revision and reports a change that a member repeats once", async () => {
  const { channel, clock, counters, streams } = await opened();
  streams[0].listener.onMessage(message(12, { changes: [put(11), put(12)] }));
  streams[0].listener.onEnd(new Error("14 UNAVAILABLE: Connection dropped"));
  await clock.advance(reopenMs);
  assert.equal(streams[1].request.startRevision, 13);
  streams[1].listener.onMessage(message(14, { created: true }));
  // A member that lags behind repeats changes.
  streams[1].listener.onMessage(message(14, { changes: [put(11), put(12), put(13), put(14)] }));
  assert.deepEqual(await revisions(channel, 4), [11, 12, 13, 14]);
  await clock.advance(0);
  assert.equal(counters.watchResumes, 1);
  assert.equal(streams[0].state, "canceled");
  await channel.return();
  assert.equal(streams[1].state, "canceled");
  assert.equal(clock.pending, 0);
});

Deno.test("WatchLoop resumes after the revision of its registration when it reported nothing", async () => {
  const { channel, clock, streams } = await opened();
  streams[0].listener.onEnd(new Error("14 UNAVAILABLE: Connection dropped"));
  await clock.advance(reopenMs);
  assert.equal(streams[1].request.startRevision, 11);
  await channel.return();
});

Deno.test("WatchLoop reports the changes of one revision as one batch in key order", async () => {
  const { channel, streams } = await opened();
  const changes = [put(11, "k/b"), put(11, "k/a"), put(12, "k/c")];
  streams[0].listener.onMessage(message(12, { changes }));
  const { value } = await channel.next();
  const keys = value!.changes.map((change) =>
    change.type === "put" ? change.entry.key : change.key
  );
  assert.deepEqual(keys, ["k/a", "k/b"]);
  await channel.return();
});

Deno.test("WatchLoop pauses the stream when the reader is behind with past changes", async () => {
  const { channel, streams } = await opened({ fromRevision: 1, maxPending: 3 });
  const past = [1, 2, 3, 4, 5].map((revision) => put(revision));
  streams[0].listener.onMessage(message(10, { changes: past }));
  assert.equal(streams[0].state, "paused");
  assert.deepEqual(await revisions(channel, 4), [1, 2, 3, 4]);
  assert.equal(streams[0].state, "paused");
  assert.deepEqual(await revisions(channel, 1), [5]);
  assert.equal(streams[0].state, "open");
  await channel.return();
});

Deno.test("WatchLoop pauses the stream when a mebibyte of past changes is pending", async () => {
  const { channel, streams } = await opened({ fromRevision: 1 });
  const past = (revision: number) =>
    streams[0].listener.onMessage(message(10, { changes: [put(revision, "k/a", 600_000)] }));
  past(1);
  assert.equal(streams[0].state, "open");
  past(2);
  assert.equal(streams[0].state, "paused");
  assert.deepEqual(await revisions(channel, 2), [1, 2]);
  assert.equal(streams[0].state, "open");
  await channel.return();
});

Deno.test("WatchLoop joins the parts of a revision when the server splits a message", async () => {
  const { channel, streams } = await opened();
  const part = (isFragment: boolean, ...changes: WatchedChange[]) =>
    streams[0].listener.onMessage(message(13, { isFragment, changes }));
  part(true, put(11), put(12, "k/a"));
  assert.equal((await channel.next()).value!.revision, 11);
  part(true, put(12, "k/b"));
  part(true, put(12, "k/c"), put(13, "k/a"));
  const { value } = await channel.next();
  assert.deepEqual([value!.revision, value!.changes.length], [12, 3]);
  part(false, put(13, "k/b"));
  const last = (await channel.next()).value!;
  assert.deepEqual([last.revision, last.changes.length], [13, 2]);
  await channel.return();
});

Deno.test("WatchLoop reports a revision once when its stream breaks between the parts of a message", async () => {
  const { channel, clock, streams } = await opened();
  streams[0].listener.onMessage(
    message(12, { isFragment: true, changes: [put(11), put(12, "k/a")] }),
  );
  streams[0].listener.onEnd(new Error("14 UNAVAILABLE: Connection dropped"));
  await clock.advance(reopenMs);
  assert.equal(streams[1].request.startRevision, 12);
  streams[1].listener.onMessage(message(12, { created: true }));
  streams[1].listener.onMessage(message(12, { changes: [put(12, "k/a"), put(12, "k/b")] }));
  assert.equal((await channel.next()).value!.revision, 11);
  assert.equal((await channel.next()).value!.changes.length, 2);
  await channel.return();
});

Deno.test("WatchLoop ends with queue_full when the reader is too slow for new changes", async () => {
  const { channel, streams } = await opened({ maxPending: 3 });
  for (const revision of [11, 12, 13, 14]) {
    streams[0].listener.onMessage(message(revision, { changes: [put(revision)] }));
  }
  assert.deepEqual(await revisions(channel, 3), [11, 12, 13]);
  await assert.rejects(channel.next(), { code: "queue_full" });
  assert.equal(streams[0].state, "canceled");
});

Deno.test("D-18 WatchLoop fails with store_compacted when the server cancels for compaction", async () => {
  const { channel, counters, streams } = await opened();
  const pending = assert.rejects(channel.next(), {
    code: "store_compacted",
    message: /"k\/" from revision 11: etcd was compacted to revision 20; list again/,
  });
  streams[0].listener.onMessage(message(21, { canceled: { reason: "", compactedRevision: 20 } }));
  await pending;
  assert.equal(counters.compactions, 1);
});

Deno.test("D-18 WatchLoop resumes when the server cancels for another reason", async () => {
  const { channel, clock, streams } = await opened();
  streams[0].listener.onMessage(
    message(10, { canceled: { reason: "moved", compactedRevision: 0 } }),
  );
  await clock.advance(reopenMs);
  assert.equal(streams.length, 2);
  assert(!channel.isEnded);
  await channel.return();
});

Deno.test("WatchLoop fails with store_compacted when the server has a lower revision than before", async () => {
  const { channel, clock, counters, streams } = await opened();
  streams[0].listener.onMessage(message(12, { changes: [put(12)] }));
  await channel.next();
  streams[0].listener.onEnd(new Error("14 UNAVAILABLE: Connection dropped"));
  await clock.advance(reopenMs);
  const pending = assert.rejects(channel.next(), {
    code: "store_compacted",
    message: /at revision 3/,
  });
  streams[1].listener.onMessage(message(3, { created: true }));
  await pending;
  assert.equal(counters.compactions, 1);
});

Deno.test("WatchLoop retries when an attempt is not confirmed in time", async () => {
  const { channel, clock, streams } = await opened();
  streams[0].listener.onEnd(new Error("14 UNAVAILABLE: Connection dropped"));
  await clock.advance(10_000);
  assert(streams.length > 3, `${streams.length} attempts`);
  assert(streams.slice(1, -1).every(({ state }) => state === "canceled"));
  await channel.return();
  await clock.advance(5_000);
  assert.equal(clock.pending, 0);
});

Deno.test("WatchLoop ends with the reason when its store is closed", async () => {
  const { channel, closing, streams } = await opened();
  const pending = assert.rejects(channel.next(), /closed now/);
  closing.abort(new Error("closed now"));
  await pending;
  assert.equal(streams[0].state, "canceled");
});
