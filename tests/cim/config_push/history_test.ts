import assert from "node:assert/strict";
import { type KeyValueStore, memoryStore, textCodec } from "../../../core/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";
import type { ChangeRecord } from "../../../cim/config_push/change_record.ts";
import { ChangeHistory } from "../../../cim/config_push/history.ts";

function record(revision: number, state: ChangeRecord["state"] = "committed"): ChangeRecord {
  return {
    key: `change-set/ns1/amf/v1/ms/amf.json/${revision}`,
    level: "ms",
    dataKey: "amf.json",
    revision,
    state,
    reason: "",
    attempts: 1,
    seenAt: revision,
  };
}

function history(state: KeyValueStore, capacity = 3) {
  const logs = recordingLogs();
  return { logs, history: new ChangeHistory({ state, capacity, log: logs.registry.logger("h") }) };
}

const revisions = (of: ChangeHistory) => of.list().map(({ revision }) => revision);

Deno.test("list() returns the newest first", async () => {
  await using state = memoryStore();
  const { history: kept } = history(state);
  for (const revision of [1, 2]) await kept.put(record(revision));
  assert.deepEqual(revisions(kept), [2, 1]);
});

Deno.test("the oldest settled record is dropped first; pending ones stay", async () => {
  await using state = memoryStore();
  const { history: kept } = history(state);
  await kept.put(record(1, "pushed"));
  for (const revision of [2, 3, 4, 5]) await kept.put(record(revision));
  assert.deepEqual(revisions(kept), [5, 4, 1]);
  const stored = await Array.fromAsync(state.list("changes/"));
  assert.equal(stored.length, 3);
});

Deno.test("restore() reads stored records and ignores unreadable ones", async () => {
  await using state = memoryStore();
  const { history: before } = history(state);
  for (const revision of [1, 2]) await before.put(record(revision));
  await state.put("changes/x", textCodec.encode("{"));
  const { history: after, logs } = history(state);
  await after.restore();
  assert.deepEqual(revisions(after), [2, 1]);
  assert.match(logs.messages("warn")[0], /Cannot read the record changes\/x/);
});

Deno.test("update() changes members, and does nothing when the record is gone", async () => {
  await using state = memoryStore();
  const { history: kept } = history(state);
  await kept.put(record(1, "seen"));
  await kept.update(record(1).key, { state: "pushed" });
  await kept.update("gone", { state: "pushed" });
  assert.deepEqual(kept.list().map(({ state }) => state), ["pushed"]);
});

Deno.test("forget() removes records from memory and store", async () => {
  await using state = memoryStore();
  const { history: kept } = history(state);
  for (const revision of [1, 2]) await kept.put(record(revision));
  kept.forget(({ revision }) => revision === 1);
  await kept.settled();
  assert.deepEqual(revisions(kept), [2]);
  assert.equal((await Array.fromAsync(state.list("changes/"))).length, 1);
});

Deno.test("a failed write is logged and counted, and the history stays complete", async () => {
  const state = memoryStore();
  await state.close();
  const { history: kept, logs } = history(state);
  await kept.put(record(1));
  assert.deepEqual(revisions(kept), [1]);
  assert.equal(kept.failures, 1);
  assert.equal(logs.messages("error").length, 1);
});
