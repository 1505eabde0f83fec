import assert from "node:assert/strict";
import { memoryStore } from "../../../core/keyvalue/mod.ts";

const bytes = (size: number) => new Uint8Array(size);

Deno.test("memoryStore() drops the oldest changes when there are more than maxHistory", async () => {
  await using store = memoryStore({ maxHistory: 3 });
  for (let value = 0; value < 10; value++) await store.put("a", bytes(1));
  await assert.rejects(() => store.watch("", { fromRevision: 7 }), { code: "store_compacted" });
  const batches = (await store.watch("", { fromRevision: 8 }))[Symbol.asyncIterator]();
  assert.equal((await batches.next()).value.revision, 8);
});

Deno.test("memoryStore() drops the oldest changes when they exceed maxHistoryBytes", async () => {
  await using store = memoryStore({ maxHistoryBytes: 10_000 });
  for (let value = 0; value < 10; value++) await store.put("a", bytes(4_000));
  await assert.rejects(() => store.watch("", { fromRevision: 8 }), { code: "store_compacted" });
  await store.watch("", { fromRevision: 9 });
});

Deno.test("memoryStore() refuses writes with store_full when its entries exceed maxBytes", async () => {
  await using store = memoryStore({ maxBytes: 10_000 });
  await store.put("a", bytes(4_000));
  await store.put("b", bytes(4_000));
  await assert.rejects(() => store.put("c", bytes(4_000)), { code: "store_full" });
  await assert.rejects(() => store.put("a", bytes(8_000)), { code: "store_full" });
  assert.equal(await store.revision(), 2);
  await store.put("a", bytes(4_100));
  await store.delete("b");
  await store.put("c", bytes(4_000));
  assert.equal((await Array.fromAsync(store.list(""))).length, 2);
});

Deno.test("memoryStore() refuses a value larger than maxValueBytes", async () => {
  await using store = memoryStore({ maxValueBytes: 10 });
  await store.put("a", bytes(10));
  await assert.rejects(() => store.put("a", bytes(11)), RangeError);
});

Deno.test("memoryStore() throws when a limit of the history is invalid", () => {
  assert.throws(() => memoryStore({ maxHistory: 0 }), RangeError);
  assert.throws(() => memoryStore({ maxBytes: 0 }), RangeError);
  assert.throws(() => memoryStore({ maxHistoryBytes: NaN }), RangeError);
});

Deno.test("watch() from a past revision fails when the history it still needs is compacted", async () => {
  await using store = memoryStore();
  for (let value = 0; value < 600; value++) await store.put("a", bytes(1));
  const batches = (await store.watch("", { fromRevision: 1 }))[Symbol.asyncIterator]();
  await batches.next();
  await store.compact(600);
  let read = 1;
  await assert.rejects(async () => {
    for (; read < 600; read++) await batches.next();
  }, { code: "store_compacted" });
  assert(read < 600, `${read} were still there`);
});

Deno.test("compact() throws when the revision does not exist", async () => {
  await using store = memoryStore();
  await store.put("a", bytes(1));
  for (const revision of [0, 2, 1.5]) {
    await assert.rejects(() => store.compact(revision), RangeError);
  }
  await store.compact(1);
  await store.compact(1);
});

Deno.test("close() ends watches and further calls with the error `closed`", async () => {
  const store = memoryStore();
  const batches = (await store.watch(""))[Symbol.asyncIterator]();
  const pending = assert.rejects(batches.next(), { code: "closed" });
  await store.close();
  await store.close();
  await pending;
  await assert.rejects(() => store.get("a"), { code: "closed" });
});
