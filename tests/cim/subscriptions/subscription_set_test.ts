import assert from "node:assert/strict";
import { SubscriptionSet } from "../../../cim/subscriptions/mod.ts";
import {
  AgentError,
  type KeyValueStore,
  memoryStore,
  storeErrors,
  textCodec,
} from "../../../core/mod.ts";
import { recordingLogs } from "../../../core/testing/mod.ts";

const up = { localEventName: ["Up"] };
const down = { localEventName: ["Down"] };

function newSet(
  state: KeyValueStore,
  { maxSubscriptions = 10, random = Math.random, logs = recordingLogs() } = {},
): SubscriptionSet {
  const log = logs.registry.logger("subscriptions");
  return new SubscriptionSet({ state, maxSubscriptions, random, log });
}

Deno.test("D-76: SubscriptionSet gives ids that no other subscription has", async () => {
  const set = newSet(memoryStore(), { random: () => 0.999_999_999 });
  const ids = [await set.add(up), await set.add(up), await set.add(down)];
  assert.deepEqual(ids, ["999998", "100000", "100001"]);
  assert.equal(set.all.size, 3);
});

Deno.test("D-76: SubscriptionSet restores the subscriptions of a previous run", async () => {
  const state = memoryStore();
  const before = newSet(state);
  const kept = await before.add(up);
  const changed = await before.add(up);
  const removed = await before.add(up);
  await before.update(changed, down);
  await before.remove(removed);
  const after = newSet(state);
  await after.restore();
  assert.deepEqual(Object.fromEntries(after.all), { [kept]: up, [changed]: down });
});

Deno.test("SubscriptionSet restores the others when one cannot be read, and says so", async () => {
  const state = memoryStore();
  await state.put("subscriptions/100001", textCodec.encode("null"));
  await state.put("subscriptions/100002", textCodec.encode(JSON.stringify(up)));
  const logs = recordingLogs();
  const set = newSet(state, { logs });
  await set.restore();
  assert.deepEqual([...set.all.keys()], ["100002"]);
  assert.match(logs.messages()[0], /^Cannot restore a subscription/);
});

Deno.test("D-13: SubscriptionSet makes changes one after the other, and readers keep the set they have", async () => {
  const set = newSet(memoryStore(), { maxSubscriptions: 100 });
  const before = set.all;
  const ids = await Promise.all(Array.from({ length: 50 }, () => set.add(up)));
  assert.equal(new Set(ids).size, 50);
  assert.equal(set.all.size, 50);
  assert.equal(before.size, 0);
  const full = set.all;
  await Promise.all(ids.map((id) => set.remove(id)));
  assert.deepEqual([full.size, set.all.size], [50, 0]);
});

Deno.test("SubscriptionSet replaces an equal subscription when it is full, and refuses another", async () => {
  const state = memoryStore();
  const set = newSet(state, { maxSubscriptions: 2 });
  const first = await set.add(up);
  const second = await set.add(down);
  const third = await set.add(up);
  assert.deepEqual([...set.all.keys()], [second, third]);
  assert.notEqual(third, first);
  await assert.rejects(() => set.add({ localEventName: ["Other"] }), {
    code: "subscription_limit",
    status: 503,
  });
  const restored = newSet(state);
  await restored.restore();
  assert.deepEqual(new Set(restored.all.keys()), new Set([second, third]));
});

Deno.test("SubscriptionSet changes nothing when the store fails", async () => {
  const state = memoryStore();
  const set = newSet(state);
  await set.add(up);
  state.put = () => Promise.reject(new AgentError(storeErrors.store_unreachable, "Cannot put"));
  await assert.rejects(() => set.add(down), { code: "store_unreachable" });
  assert.equal(set.all.size, 1);
});
