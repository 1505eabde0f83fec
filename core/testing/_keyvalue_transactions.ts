import assert from "node:assert/strict";
import { bytes, changeTexts, reader, textOf, texts } from "./_keyvalue_assert.ts";
import type { KeyValueCase } from "./keyvalue_case.ts";

/** Cases for transactions, `compareAndSwap` and `compareAndDelete`. */
export const transactionCases: Record<string, KeyValueCase> = {
  async "txn() applies all operations at one revision"({ store }) {
    if (!store.capabilities.transactions) return;
    await store.put("gone", bytes("1"));
    await using changes = reader(await store.watch(""));
    const { committed, revision } = await store.txn({
      operations: [
        { type: "put", key: "b", value: bytes("2") },
        { type: "delete", key: "gone" },
        { type: "delete", key: "never" },
        { type: "put", key: "a", value: bytes("1") },
      ],
    });
    assert(committed);
    const [batch] = await changes.take(1);
    assert.equal(batch.revision, revision);
    assert.deepEqual(changeTexts(batch), ["+a=1", "+b=2", "-gone (was 1)"]);
    for await (const entry of store.list("")) assert.equal(entry.revision, revision);
  },

  async "txn() changes nothing when one condition does not hold"({ store }) {
    if (!store.capabilities.transactions) return;
    const { revision } = await store.put("a", bytes("1"));
    const failing = [
      { key: "a", exists: false },
      { key: "b", exists: true },
      { key: "a", revision: revision + 1 },
      { key: "b", revision },
      { key: "a", value: bytes("2") },
      { key: "b", value: bytes("") },
    ];
    for (const condition of failing) {
      const result = await store.txn({
        conditions: [{ key: "a", exists: true }, condition],
        operations: [{ type: "put", key: "a", value: bytes("changed") }],
      });
      assert(!result.committed, JSON.stringify(condition));
    }
    assert.deepEqual(texts(await Array.fromAsync(store.list(""))), ["a=1"]);
  },

  async "txn() commits when all conditions hold"({ store }) {
    if (!store.capabilities.transactions) return;
    const { revision } = await store.put("a", bytes("1"));
    const result = await store.txn({
      conditions: [
        { key: "a", exists: true },
        { key: "b", exists: false },
        { key: "a", revision },
        { key: "a", value: bytes("1") },
      ],
      operations: [{ type: "put", key: "b", value: bytes("2"), ttlMs: 60_000 }],
    });
    assert(result.committed);
    assert(result.revision > revision);
    assert(await store.remainingTtlMs("b") !== undefined);
  },

  async "txn() without effect makes no new revision"({ store }) {
    if (!store.capabilities.transactions) return;
    const { revision } = await store.put("a", bytes("1"));
    const result = await store.txn({ operations: [{ type: "delete", key: "never" }] });
    assert(result.committed);
    assert(result.revision >= revision);
    assert.equal((await store.get("a"))?.revision, revision);
  },

  async "txn() refuses a key written twice and more than 128 operations"({ store }) {
    const put = { type: "put", key: "a", value: bytes("1") } as const;
    await assert.rejects(() => store.txn({ operations: [put, put] }), TypeError);
    const many = Array.from({ length: 129 }, (_, index) => ({ ...put, key: `k${index}` }));
    await assert.rejects(() => store.txn({ operations: many }), RangeError);
    await store.txn({ operations: many.slice(1) });
    assert.equal((await Array.fromAsync(store.list("k"))).length, 128);
  },

  async "compareAndSwap() replaces only the expected value"({ store }) {
    if (!store.capabilities.transactions) return;
    await store.put("a", bytes("1"));
    assert(await store.compareAndSwap("a", bytes("1"), bytes("2")));
    assert(!await store.compareAndSwap("a", bytes("1"), bytes("3")));
    assert(!await store.compareAndSwap("missing", bytes(""), bytes("3")));
    assert.equal(textOf(await store.get("a")), "2");
    assert.equal(await store.get("missing"), undefined);
  },

  async "compareAndDelete() deletes only the expected value"({ store }) {
    if (!store.capabilities.transactions) return;
    await store.put("a", bytes("1"));
    assert(!await store.compareAndDelete("a", bytes("2")));
    assert(await store.compareAndDelete("a", bytes("1")));
    assert(!await store.compareAndDelete("a", bytes("1")));
  },
};
