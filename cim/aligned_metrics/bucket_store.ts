/**
 * Samples by aligned time. Bounded: at most `maxBuckets`, `maxSamples` and `maxBytes`; the oldest bucket gives way.
 * Reading changes nothing at once: a bucket that was read stays for a grace time, so that a second scraper, or the
 * same one after a broken transfer, gets it, too.
 *
 * @module
 */
import type { Clock } from "../../core/mod.ts";
import type { Series, SeriesTable } from "./series_table.ts";

/** Samples of one aligned time. */
export interface Bucket {
  /** The aligned time, milliseconds since 1970. */
  readonly timeMs: number;
  readonly series: readonly Series[];
  readonly values: Float64Array;
  /** Aligned times passed over since the bucket before. */
  readonly skipped: number;
  /** By how much the clock jumped since the bucket before, in milliseconds; negative for a jump back. */
  readonly jumpMs: number;
  /** Whether every source was read. */
  readonly isComplete: boolean;
}

/** Bounds of {@linkcode BucketStore}. */
export interface BucketBounds {
  readonly maxBuckets: number;
  readonly maxSamples: number;
  /** Estimate of the memory of samples and series, in bytes. */
  readonly maxBytes: number;
  /** How long a bucket stays after it was first read, in milliseconds. */
  readonly graceMs: number;
}

/** Why a bucket was dropped before it was read. */
export type DropReason = "max_retention" | "max_samples" | "max_size" | "clock_jump";

interface Stored {
  readonly bucket: Bucket;
  /** Monotonic time of the first read. */
  readMs: number | undefined;
}

const sampleBytes = 16;

/** Buckets, oldest first. */
export class BucketStore {
  /** Unread buckets that were dropped, by reason. */
  readonly dropped: Record<DropReason, number> = {
    max_retention: 0,
    max_samples: 0,
    max_size: 0,
    clock_jump: 0,
  };
  readonly #table: SeriesTable;
  readonly #bounds: BucketBounds;
  readonly #clock: Clock;
  #stored: Stored[] = [];
  #samples = 0;

  /** Starts empty. */
  constructor(table: SeriesTable, bounds: BucketBounds, clock: Clock) {
    this.#table = table;
    this.#bounds = bounds;
    this.#clock = clock;
  }

  /** Buckets that are stored. */
  get size(): number {
    return this.#stored.length;
  }

  /** Samples of all buckets. */
  get samples(): number {
    return this.#samples;
  }

  /** Estimate of the memory of all samples and series, in bytes. */
  get bytes(): number {
    return this.#samples * sampleBytes + this.#table.bytes;
  }

  /** Adds the newest bucket with its use of the series; the oldest ones give way. */
  add(bucket: Bucket): void {
    const { maxBuckets, maxSamples, maxBytes } = this.#bounds;
    this.#stored.push({ bucket, readMs: undefined });
    this.#samples += bucket.series.length;
    this.#dropRead();
    while (this.size > maxBuckets) this.#dropOldest("max_retention");
    while (this.size > 1 && this.#samples > maxSamples) this.#dropOldest("max_samples");
    while (this.size > 1 && this.bytes > maxBytes) this.#dropOldest("max_size");
  }

  /** Removes the buckets from a time on: the clock was set back before it. */
  dropFrom(timeMs: number): void {
    while (this.size > 0 && this.#stored[this.size - 1].bucket.timeMs >= timeMs) {
      this.#removed(this.#stored.pop()!, "clock_jump");
    }
  }

  /** The buckets, oldest first. From now on they count as read. */
  read(): Bucket[] {
    this.#dropRead();
    const now = this.#clock.monotonic();
    for (const stored of this.#stored) stored.readMs ??= now;
    return this.#stored.map(({ bucket }) => bucket);
  }

  #dropRead(): void {
    const limit = this.#clock.monotonic() - this.#bounds.graceMs;
    const over = this.#stored.filter(({ readMs = Infinity }) => readMs <= limit);
    if (over.length === 0) return;
    this.#stored = this.#stored.filter((stored) => !over.includes(stored));
    for (const stored of over) this.#removed(stored, undefined);
  }

  #dropOldest(reason: DropReason): void {
    this.#removed(this.#stored.shift()!, reason);
  }

  #removed({ bucket, readMs }: Stored, reason: DropReason | undefined): void {
    if (reason !== undefined && readMs === undefined) this.dropped[reason]++;
    this.#samples -= bucket.series.length;
    this.#table.release(bucket.series);
  }
}
