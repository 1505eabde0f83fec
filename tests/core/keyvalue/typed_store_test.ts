import assert from "node:assert/strict";
import { jsonCodec, memoryStore, textCodec, typedStore } from "../../../core/keyvalue/mod.ts";

const numberCodec = jsonCodec((value) => {
  if (typeof value !== "number") throw new TypeError("not a number");
  return value;
});

Deno.test("typedStore() reads, lists, swaps, deletes and watches typed values", async () => {
  await using store = memoryStore();
  const numbers = typedStore(store, numberCodec);
  await using changes = (await numbers.watch(""))[Symbol.asyncIterator]() as AsyncGenerator;
  assert.equal(await numbers.put("a", 1), 1);
  assert.equal(await numbers.put("a", 2, { ifAbsent: true }), undefined);
  assert.equal((await numbers.get("a"))?.value, 1);
  assert.equal(await numbers.get("b"), undefined);
  assert(await numbers.compareAndSwap("a", 1, 5));
  assert(!await numbers.compareAndSwap("a", 1, 6));
  const listed = await Array.fromAsync(numbers.list(""), ({ key, value }) => [key, value]);
  assert.deepEqual(listed, [["a", 5]]);
  assert.deepEqual(await numbers.delete("a"), ["a"]);
  assert.equal((await changes.next()).value[0].entry.value, 1);
  assert.equal((await changes.next()).value[0].entry.value, 5);
  assert.deepEqual((await changes.next()).value, [{ type: "delete", key: "a", revision: 3 }]);
});

Deno.test("typedStore() names the key when a value cannot be decoded", async () => {
  await using store = memoryStore();
  await store.put("bad", textCodec.encode('"text"'));
  const numbers = typedStore(store, numberCodec);
  const error = { code: "value_invalid", message: /key "bad" at revision 1: not a number/ };
  await assert.rejects(() => numbers.get("bad"), error);
  await assert.rejects(() => Array.fromAsync(numbers.list("")), error);
});

Deno.test("typedStore() skips invalid values when onInvalid is given", async () => {
  await using store = memoryStore();
  const invalid: string[] = [];
  const numbers = typedStore(store, numberCodec, {
    onInvalid: (error, { key }) => invalid.push(`${key} ${error.code}`),
  });
  await using changes = (await numbers.watch(""))[Symbol.asyncIterator]() as AsyncGenerator;
  await store.put("bad", textCodec.encode("["));
  await numbers.put("good", 7);
  assert.equal((await Array.fromAsync(numbers.list(""))).length, 1);
  assert.equal((await changes.next()).value[0].entry.key, "good");
  assert.deepEqual(invalid, ["bad value_invalid", "bad value_invalid"]);
});
