import assert from "node:assert/strict";
import { bytes, reader, textOf, texts } from "./_keyvalue_assert.ts";
import type { KeyValueCase } from "./keyvalue_case.ts";

/** Keys in the order of their UTF-8 bytes, which differs from the order of their UTF-16 code units. */
const orderedKeys = ["A", "a", "a!", "a/", "a/b", "ab", "z", "é", "\uFF5E", "\u{1F600}"];

/** Cases for reading, writing, deleting, listing and expiring keys. */
export const entryCases: Record<string, KeyValueCase> = {
  async "get() returns undefined for a missing key"({ store }) {
    assert.equal(await store.get("nothing"), undefined);
    assert.equal(await store.remainingTtlMs("nothing"), undefined);
  },

  async "put() returns the revision and the previous entry"({ store }) {
    const first = await store.put("a", bytes("1"));
    assert(first.written);
    assert.equal(first.previous, undefined);
    const second = await store.put("a", bytes("2"));
    assert(second.written);
    assert.equal(textOf(second.previous), "1");
    assert(second.revision > first.revision);
    assert.deepEqual(await store.get("a"), {
      key: "a",
      value: bytes("2"),
      revision: second.revision,
      createRevision: first.revision,
    });
    assert(await store.revision() >= second.revision);
  },

  async "put() stores empty and binary values unchanged"({ store }) {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    await store.put("empty", new Uint8Array());
    await store.put("binary", all);
    assert.deepEqual((await store.get("empty"))?.value, new Uint8Array());
    assert.deepEqual((await store.get("binary"))?.value, all);
  },

  async "put() and get() copy values"({ store }) {
    const given = bytes("one");
    await store.put("a", given);
    given.fill(0);
    const got = await store.get("a");
    assert.equal(textOf(got), "one");
    got!.value.fill(0);
    assert.equal(textOf(await store.get("a")), "one");
  },

  async "put() with ifAbsent writes only when the key is missing"({ store }) {
    assert((await store.put("a", bytes("1"), { ifAbsent: true })).written);
    const refused = await store.put("a", bytes("2"), { ifAbsent: true, ttlMs: 60_000 });
    assert(!refused.written && refused.revision > 0);
    assert.equal(textOf(await store.get("a")), "1");
    assert.equal(await store.remainingTtlMs("a"), undefined);
    await store.delete("a");
    assert((await store.put("a", bytes("3"), { ifAbsent: true })).written);
  },

  async "put() with ifRevision writes only at that revision"({ store }) {
    const { revision } = await store.put("a", bytes("1"));
    const second = await store.put("a", bytes("2"), { ifRevision: revision });
    assert(second.written);
    assert.equal(textOf(second.previous), "1");
    assert(!(await store.put("a", bytes("3"), { ifRevision: revision })).written);
    assert(!(await store.put("b", bytes("3"), { ifRevision: revision })).written);
    assert.equal(textOf(await store.get("a")), "2");
  },

  async "delete() returns the entry that existed"({ store }) {
    await store.put("a", bytes("1"));
    assert.deepEqual(texts((await store.delete("a")).deleted), ["a=1"]);
    const { deleted, revision } = await store.delete("a");
    assert.deepEqual(deleted, []);
    assert(revision > 0);
    assert.equal(await store.get("a"), undefined);
  },

  async "delete() with prefix deletes the keys that start with it and no others"({ store }) {
    for (const key of ["a", "a/1", "a/2", "b"]) await store.put(key, bytes(key));
    const { deleted } = await store.delete("a/", { prefix: true });
    assert.deepEqual(texts(deleted), ["a/1=a/1", "a/2=a/2"]);
    assert.deepEqual(texts(await Array.fromAsync(store.list(""))), ["a=a", "b=b"]);
    assert.deepEqual((await store.delete("a/", { prefix: true })).deleted, []);
  },

  async "delete() deletes and counts all keys, and returns entries up to maxBytes"({ store }) {
    const keys = ["a/1", "a/2", "a/3", "a/4", "a/5"];
    const fill = async () => {
      for (const key of keys) await store.put(key, new Uint8Array(10_000).fill(7));
    };
    const cases = [
      { maxBytes: 0, returned: 0 },
      { maxBytes: 1, returned: 1 },
      { maxBytes: 15_000, returned: 2 },
      { maxBytes: undefined, returned: 5 },
    ];
    for (const { maxBytes, returned } of cases) {
      await fill();
      const { deleted, count, isCut } = await store.delete("a/", { prefix: true, maxBytes });
      assert.deepEqual(deleted.map(({ key }) => key), keys.slice(0, returned));
      assert(deleted.every(({ value }) => value.length === 10_000 && value[9_999] === 7));
      assert.deepEqual([count, isCut], [5, returned < 5]);
      assert.deepEqual(await Array.fromAsync(store.list("")), []);
    }
    await fill();
    const single = await store.delete("a/1", { maxBytes: 0 });
    assert.deepEqual([single.deleted, single.count, single.isCut], [[], 1, true]);
    const none = await store.delete("nothing", { prefix: true });
    assert.deepEqual([none.deleted, none.count, none.isCut], [[], 0, false]);
  },

  async "delete() with keysOnly returns empty values"({ store }) {
    for (const key of ["a/1", "a/2", "b"]) await store.put(key, bytes(key));
    const many = await store.delete("a/", { prefix: true, keysOnly: true });
    assert.deepEqual(texts(many.deleted), ["a/1=", "a/2="]);
    assert.deepEqual([many.count, many.isCut], [2, false]);
    const one = await store.delete("b", { keysOnly: true });
    assert.deepEqual([texts(one.deleted), one.count, one.isCut], [["b="], 1, false]);
  },

  async "delete() with prefix returns exactly what it deleted while others write"({ store }) {
    if (!store.capabilities.history) return;
    for (let at = 0; at < 20; at++) await store.put(`a/${at}`, bytes("first"));
    const { revision: first } = await store.put("b", bytes("1"));
    const write = async (value: number) => {
      for (let at = 0; at < 20; at++) {
        if (at % 2 === value) await store.put(`a/${at}`, bytes(`${value}`));
        else await store.delete(`a/${at}`);
      }
    };
    const [result] = await Promise.all([
      store.delete("a/", { prefix: true }),
      write(0),
      write(1),
    ]);
    await using changes = reader(await store.watch("a/", { fromRevision: first }));
    while (true) {
      const [batch] = await changes.take(1);
      if (batch.revision < result.revision) continue;
      assert.equal(batch.revision, result.revision);
      const seen = batch.changes.map(({ previous }) => previous);
      assert.deepEqual(result.deleted, seen);
      assert.equal(result.count, seen.length);
      return;
    }
  },

  async "delete() with ifRevision deletes only at that revision"({ store }) {
    const { revision } = await store.put("a", bytes("1"));
    await store.put("a", bytes("2"));
    assert.deepEqual((await store.delete("a", { ifRevision: revision })).deleted, []);
    const current = (await store.get("a"))!.revision;
    assert.deepEqual(texts((await store.delete("a", { ifRevision: current })).deleted), ["a=2"]);
  },

  async "list() returns keys in the order of their UTF-8 bytes for every page size"({ store }) {
    for (const key of orderedKeys.toReversed()) await store.put(key, bytes(key));
    for (const pageSize of [1, 3, orderedKeys.length, 500]) {
      const keys = (await Array.fromAsync(store.list("", { pageSize }))).map(({ key }) => key);
      assert.deepEqual(keys, orderedKeys);
    }
    const below = await Array.fromAsync(store.list("a/", { keysOnly: true }));
    assert.deepEqual(below.map(({ key, value }) => [key, value.length]), [["a/", 0], ["a/b", 0]]);
  },

  async "list() returns every entry for every page size in bytes"({ store }) {
    const sizes = [1, 5_000, 20_000, 1, 1, 40_000, 2];
    for (const [at, size] of sizes.entries()) await store.put(`k${at}`, new Uint8Array(size));
    for (const pageBytes of [1, 1_000, 20_000, 64 * 1024 * 1024]) {
      for (const pageSize of [2, 500]) {
        const entries = await Array.fromAsync(store.list("k", { pageBytes, pageSize }));
        assert.deepEqual(entries.map(({ value }) => value.length), sizes);
      }
    }
  },

  async "list() ignores changes made between its pages"({ store }) {
    for (const key of ["a", "b", "c", "d"]) await store.put(key, bytes("old"));
    const seen: string[] = [];
    for await (const entry of store.list("", { pageSize: 1 })) {
      seen.push(...texts([entry]));
      if (seen.length > 1) continue;
      await store.put("b", bytes("new"));
      await store.delete("c");
      await store.put("e", bytes("new"));
    }
    assert.deepEqual(seen, ["a=old", "b=old", "c=old", "d=old"]);
  },

  async "list() reads at a past revision"({ store }) {
    if (!store.capabilities.history) return;
    await store.put("a", bytes("1"));
    const { revision } = await store.put("b", bytes("1"));
    await store.put("a", bytes("2"));
    await store.delete("b");
    await store.put("c", bytes("1"));
    assert.deepEqual(texts(await Array.fromAsync(store.list("", { revision }))), ["a=1", "b=1"]);
    assert.deepEqual(texts(await Array.fromAsync(store.list(""))), ["a=2", "c=1"]);
    const future = await store.revision() + 1_000_000;
    await assert.rejects(() => Array.fromAsync(store.list("", { revision: future })), RangeError);
  },

  async "put() with ttlMs makes the key expire"({ store, advance }) {
    if (!store.capabilities.ttl) return;
    await store.put("a", bytes("1"), { ttlMs: 1_500 });
    const left = await store.remainingTtlMs("a");
    assert(left !== undefined && left > 0 && left <= 10_000, `${left} ms left`);
    await advance?.(1_400);
    assert.equal(textOf(await store.get("a")), "1");
    await until(async () => {
      await advance?.(200);
      return await store.get("a") === undefined;
    });
    assert.deepEqual(await Array.fromAsync(store.list("")), []);
  },

  async "put() takes a time to live as a text with a unit, also in a transaction"({ store }) {
    if (!store.capabilities.ttl) return;
    await store.put("a", bytes("1"), { ttlMs: "1m" });
    if (store.capabilities.transactions) {
      await store.txn({ operations: [{ type: "put", key: "b", value: bytes("1"), ttlMs: "1m" }] });
    } else await store.put("b", bytes("1"), { ttlMs: "60s" });
    for (const key of ["a", "b"]) {
      const left = await store.remainingTtlMs(key);
      assert(left !== undefined && left > 30_000 && left <= 70_000, `${key}: ${left} ms left`);
    }
    const wrong = "soon" as "1s";
    await assert.rejects(() => store.put("a", bytes("2"), { ttlMs: wrong }), RangeError);
    assert.equal(textOf(await store.get("a")), "1");
  },

  async "put() without ttlMs removes the expiry of the key"({ store, advance }) {
    if (!store.capabilities.ttl) return;
    await store.put("a", bytes("1"), { ttlMs: 60_000 });
    await store.put("a", bytes("2"));
    assert.equal(await store.remainingTtlMs("a"), undefined);
    await advance?.(120_000);
    assert.equal(textOf(await store.get("a")), "2");
  },

  async "every call, also of a view, rejects with the reason of an aborted signal"({ store }) {
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    for (const target of [store, store.withPrefix("x/")]) {
      const calls = [
        () => target.get("a", { signal }),
        () => target.put("a", bytes("1"), { signal }),
        () => target.delete("a", { signal }),
        () => target.delete("a", { signal, prefix: true }),
        () => target.txn({ operations: [] }, { signal }),
        () => target.compareAndSwap("a", bytes("1"), bytes("2"), { signal }),
        () => target.compareAndDelete("a", bytes("1"), { signal }),
        () => target.revision({ signal }),
        () => target.watch("", { signal }),
        () => target.remainingTtlMs("a", { signal }),
        () => Array.fromAsync(target.list("", { signal })),
      ];
      for (const call of calls) {
        await assert.rejects(call, (error: unknown) => error === reason, String(call));
      }
    }
    assert.deepEqual(await Array.fromAsync(store.list("")), []);
  },

  async "list() rejects with the reason when its signal aborts between pages"({ store }) {
    for (const key of ["a", "b", "c"]) await store.put(key, bytes(key));
    const controller = new AbortController();
    const reason = new Error("enough");
    const seen: string[] = [];
    await assert.rejects(async () => {
      for await (const { key } of store.list("", { pageSize: 1, signal: controller.signal })) {
        seen.push(key);
        controller.abort(reason);
      }
    }, (error: unknown) => error === reason);
    assert.deepEqual(seen, ["a"]);
  },

  async "remainingTtlMs() follows the store's own time to live"({ store, advance }) {
    if (!store.capabilities.ttl) return;
    await store.put("a", bytes("1"), { ttlMs: 60_000 });
    const first = (await store.remainingTtlMs("a"))!;
    assert(first > 50_000 && first <= 60_000, `${first} ms left`);
    await (advance?.(1_500) ?? new Promise((resolve) => setTimeout(resolve, 1_500)));
    const second = (await store.remainingTtlMs("a"))!;
    assert(second < first && second >= first - 10_000, `${second} of ${first} ms left`);
    await store.put("a", bytes("2"), { ttlMs: 120_000 });
    assert((await store.remainingTtlMs("a"))! > 60_000);
  },

  async "every call refuses misuse and changes nothing"({ store }) {
    for (const key of ["", "a\0b", "\uD800"]) {
      await assert.rejects(() => store.put(key, bytes("1")), TypeError, JSON.stringify(key));
      await assert.rejects(() => store.get(key), TypeError, JSON.stringify(key));
    }
    await assert.rejects(() => store.put("a", bytes("1"), { ttlMs: 0 }), RangeError);
    await assert.rejects(
      () => store.put("a", bytes("1"), { ifAbsent: true, ifRevision: 1 }),
      TypeError,
    );
    await assert.rejects(() => store.delete("a", { prefix: true, ifRevision: 1 }), TypeError);
    for (const maxBytes of [-1, 0.5]) {
      await assert.rejects(() => store.delete("a", { prefix: true, maxBytes }), RangeError);
    }
    assert.throws(() => store.list("a", { pageSize: 0 }), RangeError);
    assert.throws(() => store.list("a", { pageBytes: 0 }), RangeError);
    await assert.rejects(() => store.watch("a", { maxPending: 0 }), RangeError);
    await assert.rejects(() => store.watch("a", { maxPendingBytes: 0 }), RangeError);
    await assert.rejects(() => store.watch("a", { fromRevision: 0 }), RangeError);
    assert.deepEqual(await Array.fromAsync(store.list("")), []);
  },
};

/** Waits until the condition holds; the limit of 20 seconds is far beyond what any server needs. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("the condition did not hold within 20 s");
}
