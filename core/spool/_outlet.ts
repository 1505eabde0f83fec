/**
 * The reading side of one queue: which block comes next, from memory or from a segment, and which ones are in
 * delivery.
 *
 * Invariant: what is not settled is, in this order, in delivery, to be delivered again, and at or after the
 * cursor. The blocks in `recent` are the newest ones without a gap; older ones are in segments.
 *
 * @module
 */
import { pause } from "../async/mod.ts";
import type { QueueContext } from "./_context.ts";
import { Entry } from "./_entry.ts";
import { Fifo } from "./_fifo.ts";
import { type Found, SegmentReader } from "./_segment_reader.ts";
import type { Segment, Segments } from "./_segments.ts";
import type { SpoolDamage } from "./events.ts";

/** Attempts to read a segment before it is given up; with the delays between them about half a minute. */
const maxReadAttempts = 8;
const firstRetryMs = 250;
const maxRetryMs = 8_000;

interface BadRegion {
  readonly reason: SpoolDamage;
  readonly from: number;
  readonly to: number;
}

/** The reading side of one queue. */
export class Outlet {
  readonly #context: QueueContext;
  readonly #segments: Segments;
  readonly #inDelivery = new Fifo<Entry>();
  readonly #again = new Fifo<Entry>();
  readonly #recent = new Fifo<Entry>();
  #recentBytes = 0;
  #cursor: number;
  #records: number;
  #reader: SegmentReader | undefined;
  #readSegment: Segment | undefined;
  #bad: BadRegion | undefined;
  #attempts = 0;
  readonly #closing = new AbortController();
  #reading: Promise<unknown> = Promise.resolve();

  /** Starts at the first record that is not settled. */
  constructor(
    context: QueueContext,
    segments: Segments,
    { settled, records }: { settled: number; records: number },
  ) {
    this.#context = context;
    this.#segments = segments;
    this.#cursor = settled;
    this.#records = records;
  }

  /** Records that are not settled. */
  get records(): number {
    return this.#records;
  }

  /** Number of the first record that is not settled. */
  get settled(): number {
    return this.#oldestTaken?.position ?? this.#cursor;
  }

  /** When the oldest block that is known without reading was appended, or the segment that it is in began. */
  get oldestMs(): number | undefined {
    if (this.#records === 0) return undefined;
    const taken = this.#oldestTaken;
    if (taken) return taken.appendedMs;
    const [recent, segment] = [this.#recent.first, this.#segments.find(this.#cursor)];
    return segment && !(recent && recent.position <= this.#cursor)
      ? segment.firstMs
      : recent?.appendedMs;
  }

  get #oldestTaken(): Entry | undefined {
    return this.#inDelivery.first ?? this.#again.first;
  }

  /** Adds a block that was accepted. */
  add(entry: Entry): void {
    this.#recent.push(entry);
    this.#recentBytes += entry.bytes;
    this.#records += entry.records;
  }

  /** Bytes of the blocks in memory that were not taken. */
  get recentBytes(): number {
    return this.#recentBytes;
  }

  /**
   * Forgets the oldest blocks in memory that are also on the disk, down to a number of bytes; all of them when the
   * consumer is behind, because it will read older ones first.
   */
  trim(maxBytes: number): void {
    const limit = this.#nextOnDisk() === undefined ? maxBytes : 0;
    while (this.#recentBytes > limit && this.#recent.first?.isWritten) {
      const entry = this.#recent.first;
      this.#shiftRecent();
      entry.recycle(this.#context.buffers);
    }
  }

  /** Takes the oldest block that is in memory; undefined when there is none, or an older one is on the disk. */
  takeFromMemory(): Entry | undefined {
    const again = this.#again.shift();
    if (again) return this.#deliver(again);
    const entry = this.#recent.first;
    if (entry === undefined || this.#nextOnDisk() !== undefined) return undefined;
    this.#shiftRecent();
    this.#cursor = entry.end;
    return this.#deliver(entry);
  }

  /** Takes the oldest block of those that are only on the disk; undefined when there is none. */
  takeFromDisk(signal: AbortSignal): Promise<Entry | undefined> {
    const reading = this.#takeFromDisk(signal);
    this.#reading = reading;
    return reading;
  }

  async #takeFromDisk(signal: AbortSignal): Promise<Entry | undefined> {
    for (;;) {
      const segment = this.#nextOnDisk();
      if (segment === undefined || signal.aborted || this.#closing.signal.aborted) return undefined;
      // A gap between segments was counted when the spool was opened, or when the segment was dropped.
      this.#cursor = Math.max(this.#cursor, segment.first);
      const { end } = segment;
      let found: Found | undefined;
      try {
        found = await this.#read(segment);
      } catch (error) {
        await this.#readFailed(segment, end, error, signal);
        continue;
      }
      if (segment.isRemoved) continue;
      this.#attempts = 0;
      this.#context.health.succeeded("read");
      if (found === undefined) {
        await this.#lose(segment, end);
        this.#closeReader();
      } else if (found.kind === "bad") {
        const { reason, from } = this.#bad ?? found;
        this.#bad = { reason, from, to: found.to };
      } else {
        const { header, data } = found;
        await this.#lose(segment, header.position);
        // The segment may have been dropped meanwhile.
        if (header.position < this.#cursor) continue;
        this.#cursor = header.position + header.records;
        const entry = new Entry(header, data);
        const again = this.#again.shift();
        if (again === undefined) return this.#deliver(entry);
        // Older blocks came back while this one was being read.
        this.#again.push(entry);
        return this.#deliver(again);
      }
    }
  }

  /** Settles the oldest block in delivery. */
  settle(block: Entry): void {
    if (this.#inDelivery.first !== block) {
      throw new TypeError(
        `Cannot settle block ${block.position}: it is not the oldest block that was taken`,
      );
    }
    this.#inDelivery.shift();
    this.#records -= block.records;
    block.isSettled = true;
  }

  /** Returns blocks in delivery to the front of the queue. */
  rewind(): void {
    this.#again.reset([...this.#inDelivery.toArray(), ...this.#again.toArray()]);
    this.#inDelivery.reset([]);
  }

  /** Whether a block of the segment is in delivery. */
  isInDelivery({ first, end }: Segment): boolean {
    return this.#oldestTaken !== undefined && end > this.settled && first < this.#cursor;
  }

  /** Leaves out the records of a segment that is dropped; returns their number. */
  skip({ first, end }: Segment): number {
    const left = Math.max(0, end - Math.max(first, this.#cursor));
    const kept = this.#recent.toArray().filter(({ position }) =>
      position < first || position >= end
    );
    this.#recent.reset(kept);
    this.#recentBytes = kept.reduce((sum, entry) => sum + entry.bytes, 0);
    if (this.#cursor >= first) this.#cursor = Math.max(this.#cursor, end);
    this.#records -= left;
    return left;
  }

  /** Leaves out blocks that are lost with the memory, unless they are settled; returns what that is. */
  forget(lost: readonly Entry[]): { records: number; bytes: number } {
    let [records, bytes] = [0, 0];
    const { settled } = this;
    for (const entry of lost) {
      if (entry.position < settled) continue;
      records += entry.records;
      bytes += entry.bytes;
    }
    this.#records -= records;
    return { records, bytes };
  }

  /** Drops the oldest block in memory that was not taken; undefined when there is none. */
  skipRecent(): Entry | undefined {
    const entry = this.#recent.first;
    if (entry === undefined || this.#nextOnDisk() !== undefined) return undefined;
    this.#shiftRecent();
    this.#cursor = entry.end;
    this.#records -= entry.records;
    return entry;
  }

  /** The blocks in memory: taken ones, then those that were not taken. */
  inMemory(): Entry[] {
    return [this.#inDelivery, this.#again, this.#recent].flatMap((part) => part.toArray());
  }

  /** Ends reading and closes the file. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#reading;
    this.#closeReader();
  }

  #closeReader(): void {
    this.#reader?.close();
    this.#reader = undefined;
    this.#readSegment = undefined;
    this.#bad = undefined;
  }

  /** The segment with the next block, if that is not in memory. */
  #nextOnDisk(): Segment | undefined {
    const limit = this.#recent.first?.position ?? Infinity;
    if (this.#cursor >= limit) return undefined;
    const segment = this.#segments.find(this.#cursor);
    return segment && Math.max(segment.first, this.#cursor) < limit ? segment : undefined;
  }

  async #read(segment: Segment): Promise<Found | undefined> {
    if (this.#readSegment !== segment) {
      this.#closeReader();
      const file = await this.#context.fs.open(segment.path, "read");
      const reader = new SegmentReader(
        file,
        segment.salt,
        () => segment.size,
        (length) => this.#context.buffers.take(length),
      );
      this.#reader = reader;
      this.#readSegment = segment;
      if (!await reader.readPreamble()) {
        const { name, report } = this.#context;
        report({ kind: "repaired", queue: name, what: "preamble", bytes: 0 });
      }
    }
    return await this.#reader!.next(this.#cursor);
  }

  async #readFailed(
    segment: Segment,
    end: number,
    error: unknown,
    signal: AbortSignal,
  ): Promise<void> {
    this.#closeReader();
    if (segment.isRemoved) return;
    const isMissing = error instanceof Deno.errors.NotFound;
    if (!isMissing) {
      this.#context.health.failed("read", error);
      this.#attempts++;
    }
    if (isMissing || this.#attempts >= maxReadAttempts) {
      this.#attempts = 0;
      this.#bad = { reason: isMissing ? "missing_segment" : "unreadable", from: 0, to: 0 };
      await this.#lose(segment, end);
      this.#bad = undefined;
      return;
    }
    const delayMs = Math.min(maxRetryMs, firstRetryMs * 2 ** (this.#attempts - 1));
    await pause(this.#context.clock, delayMs, AbortSignal.any([signal, this.#closing.signal]));
  }

  /** Counts the records between the cursor and `next` as damaged. */
  async #lose(segment: Segment, next: number): Promise<void> {
    const bad = this.#bad;
    this.#bad = undefined;
    const records = next - this.#cursor;
    if (records <= 0) return;
    this.#cursor = next;
    this.#records -= records;
    const { name, quarantine, report } = this.#context;
    const hasBytes = bad !== undefined && bad.to > bad.from;
    const quarantined = hasBytes
      ? await quarantine.keep(segment.path, bad, `${name}-${quarantineKey(segment, bad)}`)
      : undefined;
    report({
      kind: "damaged",
      queue: name,
      reason: bad?.reason ?? "header",
      records,
      bytes: hasBytes ? bad.to - bad.from : 0,
      quarantined,
    });
  }

  #deliver(entry: Entry): Entry {
    this.#inDelivery.push(entry);
    return entry;
  }

  #shiftRecent(): void {
    const entry = this.#recent.shift();
    if (entry) this.#recentBytes -= entry.bytes;
  }
}

/** Names a region so that finding it again, after a crash, replaces the copy. */
export function quarantineKey({ first }: { first: number }, { from }: { from: number }): string {
  return `${first.toString(16).padStart(14, "0")}-${from.toString(16).padStart(8, "0")}.bad`;
}
