/**
 * Choice of a partition by key, compatible with Sarama's hash partitioner (Go), so that records of one key keep their
 * order when producers of both kinds share a topic. The default of Kafka's own Java client is another hash (murmur2).
 *
 * @module
 */

const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;

/**
 * Partition of a key: FNV-1a (32 bits) as a signed number, its remainder by `partitions`, without the sign.
 *
 * @throws {RangeError} When `partitions` is not an integer of at least 1.
 *
 * @example
 * ```ts
 * import { partitionOf } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(partitionOf(new TextEncoder().encode("hello"), 12), 3);
 * ```
 */
export function partitionOf(key: Uint8Array, partitions: number): number {
  if (!Number.isInteger(partitions) || partitions < 1) {
    throw new RangeError(`Cannot choose one of ${partitions} partitions: must be at least 1`);
  }
  return partitionOfRange(key, 0, key.length, partitions);
}

/** {@linkcode partitionOf} for the key `bytes[start, end)`; `partitions` is at least 1. */
export function partitionOfRange(
  bytes: Uint8Array,
  start: number,
  end: number,
  partitions: number,
): number {
  let hash = fnvOffset;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at], fnvPrime);
  return Math.abs((hash | 0) % partitions);
}
