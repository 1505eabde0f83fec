import assert from "node:assert/strict";
import { type ChangeBatch, memoryStore } from "../../../core/keyvalue/mod.ts";
import { keyValueContract, manualClock } from "../../../core/testing/mod.ts";

keyValueContract({
  name: "memoryStore",
  open() {
    const clock = manualClock();
    const store = memoryStore({ clock });
    return Promise.resolve({
      store,
      advance: (ms) => clock.advance(ms),
      compact: async () => store.compact(await store.revision()),
      close: () => store.close(),
      [Symbol.asyncDispose]: () => store.close(),
    });
  },
});

Deno.test("a delete of more than 16 MiB is reported to watches without the previous entries", async () => {
  await using store = memoryStore();
  const value = new Uint8Array(1024 * 1024);
  for (let at = 10; at < 28; at++) await store.put(`k/${at}`, value);
  await store.put("other", value);
  const read = async (batches: AsyncIterable<ChangeBatch>) => {
    const { value: batch } = await batches[Symbol.asyncIterator]().next();
    return (batch as ChangeBatch).changes;
  };
  const [all, some, none] = await Promise.all(["", "k/1", "other"].map((key) => store.watch(key)));
  const { count } = await store.delete("k/", { prefix: true, keysOnly: true });
  assert.equal(count, 18);
  const large = await read(all);
  assert.equal(large.length, 18);
  assert(large.every(({ type, previous }) => type === "delete" && previous === undefined));
  const small = await read(some);
  assert.equal(small.length, 10);
  assert(small.every(({ previous }) => previous?.value.length === value.length));
  await store.delete("other");
  assert.equal((await read(none)).length, 1);
});
