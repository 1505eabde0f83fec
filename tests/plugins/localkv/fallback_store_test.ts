import assert from "node:assert/strict";
import { type ChangeBatch, listAndWatch, memoryStore } from "../../../core/keyvalue/mod.ts";
import { keyValueContract, manualClock } from "../../../core/testing/mod.ts";
import { FallbackStore } from "../../../plugins/localkv/fallback_store.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (value: Uint8Array) => new TextDecoder().decode(value);

for (const isMoved of [false, true]) {
  keyValueContract({
    name: `FallbackStore ${isMoved ? "after" : "before"} its move`,
    async open() {
      const clock = manualClock();
      const store = new FallbackStore(memoryStore({ clock }));
      if (isMoved) await store.moveTo(memoryStore({ clock }));
      return {
        store,
        advance: (ms) => clock.advance(ms),
        compact: async () => store.current.compact(await store.revision()),
        close: () => store.close(),
        [Symbol.asyncDispose]: () => store.close(),
      };
    },
  });
}

/** A store in memory with entries, and a target that has entries of an earlier run. */
async function fixture() {
  const clock = manualClock();
  const memory = memoryStore({ clock });
  const target = memoryStore({ clock });
  const store = new FallbackStore(memory);
  for (const key of ["a", "b"]) await target.put(key, bytes("old"));
  for (const key of ["b", "c"]) await store.put(key, bytes("new"));
  return { clock, memory, target, store };
}

async function entriesOf(store: Pick<FallbackStore, "list">): Promise<string[]> {
  const entries = await Array.fromAsync(store.list(""));
  return entries.map(({ key, value }) => `${key}=${textOf(value)}`);
}

Deno.test("FallbackStore.moveTo() copies its entries over those of the target and keeps the others", async () => {
  const { clock, memory, target, store } = await fixture();
  await store.put("short", bytes("1"), { ttlMs: 60_000 });
  await clock.advance(20_000);
  await store.moveTo(target);
  assert.deepEqual(await entriesOf(store), ["a=old", "b=new", "c=new", "short=1"]);
  assert.equal(await store.remainingTtlMs("short"), 40_000);
  assert.equal(await store.revision(), await target.revision());
  await assert.rejects(() => memory.get("b"), { code: "closed" });
  await store.close();
  await assert.rejects(() => target.get("b"), { code: "closed" });
  assert.equal(clock.pending, 0);
});

Deno.test("FallbackStore.moveTo() loses no call that is made during the move", async () => {
  const { target, store } = await fixture();
  for (let at = 0; at < 200; at++) await store.put(`n/${at}`, bytes("0"));
  const moving = store.moveTo(target);
  const calls = [
    store.put("n/100", bytes("1")),
    store.delete("n/150"),
    store.txn({ operations: [{ type: "put", key: "d", value: bytes("1") }] }),
  ];
  const listed = entriesOf(store);
  await Promise.all([moving, ...calls]);
  assert.equal((await listed).length, 3 + 200);
  assert.equal(textOf((await target.get("n/100"))!.value), "1");
  assert.equal(await target.get("n/150"), undefined);
  assert.equal(textOf((await target.get("d"))!.value), "1");
  await store.close();
});

Deno.test("a list of a FallbackStore that is being read during the move ends with the entries it began with", async () => {
  const { memory, target, store } = await fixture();
  const seen: string[] = [];
  for await (const { key } of store.list("", { pageSize: 1 })) {
    seen.push(key);
    if (seen.length === 1) await store.moveTo(target);
  }
  assert.deepEqual(seen, ["b", "c"]);
  await assert.rejects(() => memory.get("b"), { code: "closed" });
  await store.close();
});

Deno.test("a watch of a FallbackStore ends with store_compacted after the move, and listAndWatch() goes on", async () => {
  const { clock, target, store } = await fixture();
  const batches: AsyncIterator<ChangeBatch> = (await store.watch(""))[Symbol.asyncIterator]();
  const controller = new AbortController();
  const events = listAndWatch(store, "", { clock, signal: controller.signal });
  const seen: string[] = [];
  const reading = (async () => {
    for await (const event of events) {
      if (event.type === "changes") seen.push(...event.changes.map(({ type }) => type));
    }
  })();
  await clock.advance(0);
  await store.moveTo(target);
  await assert.rejects(() => batches.next(), { code: "store_compacted" });
  await clock.advance(5_000);
  // Both entries have another revision, and one of the earlier run is new.
  assert.deepEqual(seen, ["put", "put", "put"]);
  await store.delete("a");
  await clock.advance(0);
  assert.deepEqual(seen, ["put", "put", "put", "delete"]);
  controller.abort();
  await reading;
  await store.close();
});

Deno.test("FallbackStore stays in memory when the target fails", async () => {
  const { clock, store } = await fixture();
  const full = memoryStore({ clock, maxBytes: 1 });
  await assert.rejects(() => store.moveTo(full), { code: "store_full" });
  assert.deepEqual(await entriesOf(store), ["b=new", "c=new"]);
  await full.close();
  await store.put("d", bytes("new"));
  const target = memoryStore({ clock });
  await store.moveTo(target);
  assert.deepEqual(await entriesOf(store), ["b=new", "c=new", "d=new"]);
  await store.close();
});
