import assert from "node:assert/strict";
import { bytes, changeTexts, reader, rejectsWith } from "./_keyvalue_assert.ts";
import type { KeyValueCase } from "./keyvalue_case.ts";

/** Cases for watches. */
export const watchCases: Record<string, KeyValueCase> = {
  async "watch() reports the changes below its prefix in order, with the previous entries"(
    { store },
  ) {
    await store.put("a/1", bytes("before"));
    await using changes = reader(await store.watch("a/"));
    const first = await store.put("a/1", bytes("1"));
    await store.put("a", bytes("outside"));
    await store.put("b/1", bytes("outside"));
    await store.put("a/2", bytes(""));
    await store.delete("a/1");
    const batches = await changes.take(3);
    assert.deepEqual(batches.map(changeTexts), [
      ["+a/1=1 (was before)"],
      ["+a/2="],
      ["-a/1 (was 1)"],
    ]);
    assert.equal(batches[0].revision, first.revision);
    assert(batches[0].revision < batches[1].revision && batches[1].revision < batches[2].revision);
  },

  async "watch() reports a prefix delete as one batch"({ store }) {
    for (const key of ["a/2", "a/1", "b"]) await store.put(key, bytes(key));
    await using changes = reader(await store.watch(""));
    const { revision } = await store.delete("a/", { prefix: true });
    const [batch] = await changes.take(1);
    assert.deepEqual(changeTexts(batch), ["-a/1 (was a/1)", "-a/2 (was a/2)"]);
    assert.equal(batch.revision, revision);
  },

  async "watch() reports the expiry of a key as a delete"({ store, advance }) {
    if (!store.capabilities.ttl) return;
    await store.put("a", bytes("1"), { ttlMs: 1_000 });
    await using changes = reader(await store.watch(""));
    await advance?.(1_000);
    assert.deepEqual((await changes.take(1)).map(changeTexts), [["-a (was 1)"]]);
  },

  async "watch() from a past revision continues with new changes without gap or repetition"(
    { store },
  ) {
    if (!store.capabilities.history) return;
    await store.put("k", bytes("0"));
    const { revision } = await store.put("k", bytes("1"));
    for (let value = 2; value < 400; value++) await store.put("k", bytes(`${value}`));
    await using changes = reader(await store.watch("", { fromRevision: revision }));
    for (let value = 400; value < 420; value++) await store.put("k", bytes(`${value}`));
    const seen = (await changes.take(419)).flatMap(changeTexts);
    const wanted = Array.from({ length: 419 }, (_, index) => `+k=${index + 1} (was ${index})`);
    assert.deepEqual(seen, wanted);
  },

  async "watch() from a past revision reports each transaction as one batch"({ store }) {
    if (!store.capabilities.history || !store.capabilities.transactions) return;
    const keys = ["a", "b", "c"];
    let first = 0;
    for (let round = 0; round < 100; round++) {
      const { revision } = await store.txn({
        operations: keys.map((key) => ({ type: "put", key, value: bytes(`${round}`) })),
      });
      first ||= revision;
    }
    await using changes = reader(await store.watch("", { fromRevision: first }));
    for (const [round, batch] of (await changes.take(100)).entries()) {
      const was = round === 0 ? "" : ` (was ${round - 1})`;
      assert.deepEqual(changeTexts(batch), keys.map((key) => `+${key}=${round}${was}`));
    }
  },

  async "watch() from a future revision reports nothing before it"({ store }) {
    if (!store.capabilities.history) return;
    const { revision } = await store.put("a", bytes("0"));
    await using changes = reader(await store.watch("", { fromRevision: revision + 1 }));
    await store.put("a", bytes("1"));
    assert.deepEqual((await changes.take(1)).map(changeTexts), [["+a=1 (was 0)"]]);
  },

  async "watch() ends without an error when its signal aborts"({ store }) {
    const controller = new AbortController();
    await using changes = reader(await store.watch("", { signal: controller.signal }));
    const pending = changes.next();
    controller.abort();
    assert.equal((await pending).done, true);
    assert.equal((await changes.next()).done, true);
    await store.put("a", bytes("1"));
  },

  async "watch() ends only the watch whose reader falls behind"({ store }) {
    await using slow = reader(await store.watch("", { maxPending: 4 }));
    await using quick = reader(await store.watch(""));
    for (let value = 0; value < 100; value++) await store.put("a", bytes(`${value}`));
    await quick.take(100);
    const seen: string[] = [];
    await rejectsWith(async () => {
      while (true) seen.push(...(await slow.take(1)).flatMap(changeTexts));
    }, "queue_full");
    assert.deepEqual(seen, ["+a=0", ...[1, 2, 3].map((n) => `+a=${n} (was ${n - 1})`)]);
    assert.equal((await slow.next()).done, true);
  },

  async "watch() ends with queue_full when maxPendingBytes are pending"({ store }) {
    await using slow = reader(await store.watch("", { maxPendingBytes: 250_000 }));
    await using quick = reader(await store.watch(""));
    for (let at = 0; at < 6; at++) await store.put(`k${at}`, new Uint8Array(100_000));
    await quick.take(6);
    let seen = 0;
    await rejectsWith(async () => {
      while (true) seen += (await slow.take(1)).length;
    }, "queue_full");
    assert.equal(seen, 2);
  },

  async "close() ends watches and later calls with the error `closed`, also when called twice"(
    { store, close },
  ) {
    if (!close) return;
    await using changes = reader(await store.watch(""));
    const pending = rejectsWith(() => changes.next(), "closed");
    await Promise.all([close(), close()]);
    await pending;
    await close();
    const calls: (() => Promise<unknown>)[] = [
      () => store.get("a"),
      () => store.put("a", bytes("1")),
      () => store.delete("a"),
      () => store.txn({ operations: [] }),
      () => store.revision(),
      () => store.watch(""),
      () => store.remainingTtlMs("a"),
      () => Array.fromAsync(store.list("")),
    ];
    for (const call of calls) await rejectsWith(call, "closed");
  },

  async "watch() and list() fail with store_compacted when the history is compacted"(
    { store, compact },
  ) {
    if (!compact) return;
    const { revision } = await store.put("a", bytes("1"));
    await store.put("a", bytes("2"));
    await compact();
    await rejectsWith(async () => {
      await using changes = reader(await store.watch("", { fromRevision: revision }));
      await changes.take(1);
    }, "store_compacted");
    await rejectsWith(() => Array.fromAsync(store.list("", { revision })), "store_compacted");
  },
};
