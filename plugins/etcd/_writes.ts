import type { Condition, Operation } from "../../core/keyvalue/mod.ts";
import { milliseconds } from "../../core/units/mod.ts";
import { keyBytes } from "./_pairs.ts";
import type { Comparison, EtcdDriver, Write } from "./driver.ts";

/** Maximum lease that etcd grants, in seconds. */
const maxLeaseSeconds = 9_000_000_000;

/** Converts an operation; for a time to live it creates a lease. */
export async function writeOf(operation: Operation, driver: EtcdDriver): Promise<Write> {
  const key = keyBytes(operation.key);
  if (operation.type === "delete") return { type: "delete", key };
  const { value, ttlMs } = operation;
  if (ttlMs === undefined) return { type: "put", key, value };
  const seconds = Math.min(Math.ceil(milliseconds(ttlMs, "ttlMs") / 1_000), maxLeaseSeconds);
  return { type: "put", key, value, lease: await driver.grant(seconds) };
}

/** Converts a condition. */
export function comparisonOf(condition: Condition): Comparison {
  const key = keyBytes(condition.key);
  if ("exists" in condition) return { key, target: "exists", exists: condition.exists };
  if ("revision" in condition) return { key, target: "revision", revision: condition.revision };
  return { key, target: "value", value: condition.value };
}
