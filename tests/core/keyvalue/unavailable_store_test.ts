import assert from "node:assert/strict";
import { unavailableStore } from "../../../core/keyvalue/mod.ts";

Deno.test("unavailableStore() fails with the reason when it is called", async () => {
  const store = unavailableStore("etcd", 'no server is configured; set "etcd.endpoints"');
  const value = new Uint8Array();
  const calls: (() => Promise<unknown>)[] = [
    () => store.get("a"),
    () => store.revision(),
    () => store.put("a", value),
    () => store.delete("a"),
    () => store.txn({ operations: [] }),
    () => store.compareAndSwap("a", value, value),
    () => store.compareAndDelete("a", value),
    () => store.watch(""),
    () => store.remainingTtlMs("a"),
    () => Array.fromAsync(store.list("")),
    () => store.withPrefix("a/").get("b"),
  ];
  for (const call of calls) {
    await assert.rejects(call, {
      code: "unavailable",
      message: 'Cannot use etcd: no server is configured; set "etcd.endpoints"',
    });
  }
});
