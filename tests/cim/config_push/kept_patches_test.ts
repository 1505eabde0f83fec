import assert from "node:assert/strict";
import { KeptPatches } from "../../../cim/config_push/kept_patches.ts";
import { type KeyValueStore, memoryStore } from "../../../core/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";

function patches(state: KeyValueStore, bounds: { maxBytes?: number; maxPatchBytes?: number } = {}) {
  const logs = recordingLogs();
  return { logs, kept: new KeptPatches({ state, log: logs.registry.logger("p"), ...bounds }) };
}

async function keep(kept: KeptPatches, state: KeyValueStore, key: string, size: number) {
  const operations = kept.keep(key, new Uint8Array(size).fill(size));
  if (operations.length > 0) await state.txn({ operations });
}

async function stored(state: KeyValueStore): Promise<string[]> {
  return (await Array.fromAsync(state.list("patches/"))).map(({ key }) => key);
}

Deno.test("KeptPatches removes the oldest patches beyond its bound, and keeps no patch that is too large", async () => {
  await using state = memoryStore();
  const { kept } = patches(state, { maxBytes: 10, maxPatchBytes: 8 });
  await keep(kept, state, "a", 4);
  await keep(kept, state, "b", 4);
  await keep(kept, state, "large", 9);
  assert.equal(await kept.read("large"), undefined);
  assert.deepEqual(await kept.read("a"), new Uint8Array(4).fill(4));
  await keep(kept, state, "c", 5);
  assert.deepEqual(await stored(state), ["patches/b", "patches/c"]);
  assert.equal(await kept.read("a"), undefined);
});

Deno.test("KeptPatches counts a patch that is kept again once", async () => {
  await using state = memoryStore();
  const { kept } = patches(state, { maxBytes: 10 });
  for (const size of [6, 4]) await keep(kept, state, "a", size);
  await keep(kept, state, "b", 6);
  assert.deepEqual(await stored(state), ["patches/a", "patches/b"]);
});

Deno.test("restore() finds the patches of recorded change-sets and removes the others", async () => {
  await using state = memoryStore();
  const { kept: before } = patches(state);
  for (const key of ["a", "b", "c"]) await keep(before, state, key, 3);
  const { kept } = patches(state, { maxBytes: 5 });
  await kept.restore(["c", "a"]);
  assert.deepEqual(await stored(state), ["patches/a"]);
  assert.deepEqual(await kept.read("a"), new Uint8Array(3).fill(3));
  kept.forget("a");
  kept.forget("a");
  assert.deepEqual(await stored(state), []);
});

Deno.test("a patch that cannot be removed is logged and counted", async () => {
  const state = memoryStore();
  const { kept, logs } = patches(state);
  await keep(kept, state, "a", 3);
  await state.close();
  kept.forget("a");
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  assert.equal(kept.failures, 1);
  assert.equal(logs.messages("error").length, 1);
});
