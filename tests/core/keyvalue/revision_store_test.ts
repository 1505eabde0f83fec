import assert from "node:assert/strict";
import { RevisionStore, type RevisionTable, type StoredEntry } from "../../../core/keyvalue/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

/** A table with one entry, whose commits can be made to fail. */
function tableWith(entry: StoredEntry) {
  let current: StoredEntry | undefined = entry;
  let revision = 1;
  const state = { broken: false, disposed: 0 };
  const table: RevisionTable = {
    get revision() {
      return revision;
    },
    compactedRevision: 0,
    get: (key) => key === current?.key ? current : undefined,
    list: () => current ? [current] : [],
    history: () => [],
    commit(batch) {
      if (state.broken) throw new Error("the disk refuses");
      revision = batch.revision;
      current = undefined;
    },
    deletePrefix: () => 0,
    replaced: () => [],
    nextExpiryMs: () => current?.expiresAtMs,
    expired: (nowMs) => current && current.expiresAtMs! <= nowMs ? [current] : [],
    compact() {},
    [Symbol.dispose]() {
      state.disposed++;
    },
  };
  return { table, state };
}

Deno.test("RevisionStore reports and retries when deleting expired keys fails in the background", async () => {
  const clock = manualClock(0);
  const { table, state } = tableWith({
    key: "a",
    value: new Uint8Array(),
    revision: 1,
    createRevision: 1,
    expiresAtMs: 1_000,
  });
  const failures: unknown[] = [];
  const store = new RevisionStore(table, {
    name: "test store",
    clock,
    onExpiryFailure: (error) => failures.push(error),
  });
  const batches = (await store.watch(""))[Symbol.asyncIterator]();
  state.broken = true;
  await clock.advance(3_500);
  assert.equal(failures.length, 3);
  await assert.rejects(() => store.get("a"), /the disk refuses/);
  state.broken = false;
  await clock.advance(1_000);
  assert.equal((await batches.next()).value.changes[0].key, "a");
  assert.equal(await store.get("a"), undefined);
  await store.close();
  await store.close();
  assert.equal(state.disposed, 1);
  assert.equal(clock.pending, 0);
});

Deno.test("RevisionStore opens and retries when expired keys cannot be deleted at first", async () => {
  const clock = manualClock(5_000);
  const { table, state } = tableWith({
    key: "a",
    value: new Uint8Array(),
    revision: 1,
    createRevision: 1,
    expiresAtMs: 1_000,
  });
  state.broken = true;
  const failures: unknown[] = [];
  await using store = new RevisionStore(table, {
    name: "test store",
    clock,
    onExpiryFailure: (error) => failures.push(error),
  });
  assert.equal(failures.length, 1);
  state.broken = false;
  await clock.advance(1_000);
  assert.equal(table.revision, 2);
  assert.equal(await store.get("a"), undefined);
});

Deno.test("RevisionStore publishes nothing when a write fails", async () => {
  const { table, state } = tableWith({
    key: "a",
    value: new Uint8Array(),
    revision: 1,
    createRevision: 1,
  });
  await using store = new RevisionStore(table, { name: "test store", clock: manualClock() });
  const batches = (await store.watch(""))[Symbol.asyncIterator]();
  state.broken = true;
  await assert.rejects(() => store.put("a", new Uint8Array(1)), /the disk refuses/);
  state.broken = false;
  await store.put("a", new Uint8Array(2));
  const { value } = await batches.next();
  assert.equal(value.revision, 2);
  assert.equal(value.changes[0].entry.value.length, 2);
});
