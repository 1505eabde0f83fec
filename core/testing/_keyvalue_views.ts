import assert from "node:assert/strict";
import { bytes, changeTexts, reader, textOf, texts } from "./_keyvalue_assert.ts";
import type { KeyValueCase } from "./keyvalue_case.ts";

/** Cases for views below a prefix. */
export const viewCases: Record<string, KeyValueCase> = {
  async "withPrefix() adds the prefix to given keys and removes it from returned keys"({ store }) {
    const view = store.withPrefix("x/");
    await store.put("y/a", bytes("outside"));
    await view.put("a", bytes("1"));
    const second = await view.put("a", bytes("2"));
    assert(second.written && second.previous?.key === "a");
    assert.equal((await view.get("a"))?.key, "a");
    assert.equal(textOf(await store.get("x/a")), "2");
    assert.deepEqual(texts(await Array.fromAsync(view.list(""))), ["a=2"]);
    assert.deepEqual(texts((await view.delete("", { prefix: true })).deleted), ["a=2"]);
    assert.deepEqual(texts(await Array.fromAsync(store.list(""))), ["y/a=outside"]);
  },

  async "withPrefix() applies to transactions, conditions and watches"({ store }) {
    if (!store.capabilities.transactions) return;
    const view = store.withPrefix("x/").withPrefix("y/");
    await using changes = reader(await view.watch("a"));
    await view.put("b", bytes("not watched"));
    await view.txn({
      conditions: [{ key: "b", value: bytes("not watched") }],
      operations: [{ type: "put", key: "a", value: bytes("1") }],
    });
    assert(await view.compareAndSwap("a", bytes("1"), bytes("2")));
    assert(await view.compareAndDelete("a", bytes("2")));
    const batches = await changes.take(3);
    assert.deepEqual(batches.map(changeTexts), [["+a=1"], ["+a=2 (was 1)"], ["-a (was 2)"]]);
    assert.deepEqual(texts(await Array.fromAsync(store.list(""))), ["x/y/b=not watched"]);
  },
};
