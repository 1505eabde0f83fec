import assert from "node:assert/strict";
import type { Pair } from "../../../plugins/etcd/driver.ts";
import { remainingTtlMs } from "../../../plugins/etcd/remaining_ttl.ts";

const key = new TextEncoder().encode("k");

/** A driver with one key, or none, and the seconds left of its lease. */
function driverWith(lease: string | undefined, secondsLeft?: number) {
  const pair = { key, value: new Uint8Array(), revision: 1, createRevision: 1 };
  const pairs: Pair[] = lease === undefined ? [] : [{ ...pair, lease }];
  return {
    range: () => Promise.resolve({ revision: 1, pairs }),
    secondsLeft: () => Promise.resolve(secondsLeft),
  };
}

Deno.test("remainingTtlMs() returns the seconds that etcd reports", async () => {
  assert.equal(await remainingTtlMs(driverWith("7", 12), key), 12_000);
});

Deno.test("remainingTtlMs() returns 0 when the lease has ended and the key still exists", async () => {
  assert.equal(await remainingTtlMs(driverWith("7", undefined), key), 0);
});

Deno.test("remainingTtlMs() returns undefined when the key is missing or has no lease", async () => {
  assert.equal(await remainingTtlMs(driverWith(undefined), key), undefined);
  assert.equal(await remainingTtlMs(driverWith("0"), key), undefined);
});
