/**
 * Writes the blocks of one queue to its segments, in order. While a write is under way, further blocks are
 * collected and written together; with durability `power` they share one sync (group commit).
 *
 * A failed write leaves the file as it may be: the next attempt opens it again, cuts it back to the last good
 * block and continues there. Blocks stay in memory until they are written, so a failing disk loses nothing
 * that was accepted as long as the process lives.
 *
 * @module
 */
import { type Backoff, backoff } from "../async/mod.ts";
import type { QueueContext } from "./_context.ts";
import { encode, type Entry } from "./_entry.ts";
import { Fifo } from "./_fifo.ts";
import { preamble, segmentOverhead, trailer, writeFully } from "./_format.ts";
import type { Segment, Segments } from "./_segments.ts";
import type { SpoolFile } from "./fs.ts";

/** Bytes that are written before the outcome of their appends is known. */
const maxBatchBytes = 1024 * 1024;
/** Blocks up to this size are joined to one write. */
const joinedBytes = 64 * 1024;

/** Where a block goes, decided when it is accepted. */
export interface Placement {
  /** Whether it begins a new segment. */
  readonly startsSegment: boolean;
  /** Bytes that it takes of the bound. */
  readonly bytes: number;
}

/** Writes the blocks of one queue. */
export class QueueWriter {
  readonly #context: QueueContext;
  readonly #segments: Segments;
  readonly #onProgress: () => void;
  readonly #onDropped: (dropped: readonly Entry[]) => void;
  readonly #pending = new Fifo<Entry>();
  #pendingBytes = 0;
  /** Size of the segment that the next accepted block goes to. */
  #plannedSize: number | undefined;
  #active: Segment | undefined;
  #file: SpoolFile | undefined;
  #running: Promise<void> | undefined;
  #isFailing = false;
  /** Whether the file may have more than the good blocks, because a write to it failed. */
  #mustCut = false;
  #isClosing = false;
  #isGivenUp = false;
  #endPause: (() => void) | undefined;

  /**
   * `onProgress` is called after each write, successful or not; `onDropped` with the blocks that a failing disk does
   * not take before the writer closes.
   */
  constructor(
    context: QueueContext,
    segments: Segments,
    { onProgress, onDropped }: {
      onProgress: () => void;
      onDropped: (dropped: readonly Entry[]) => void;
    },
  ) {
    this.#context = context;
    this.#segments = segments;
    this.#onProgress = onProgress;
    this.#onDropped = onDropped;
  }

  /** Bytes of the blocks that are not written. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Whether the last write failed. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** The blocks that are not written. */
  get pending(): Entry[] {
    return this.#pending.toArray();
  }

  /** The oldest block that is not written; undefined when there is none. */
  get firstPending(): Entry | undefined {
    return this.#pending.at(0);
  }

  /** The segment that is being written, if all blocks are written; it may be discarded. */
  get idleSegment(): Segment | undefined {
    return this.#pending.length === 0 && this.#running === undefined ? this.#active : undefined;
  }

  /** Where a block of this size would go. */
  place(blockBytes: number): Placement {
    const startsSegment = this.#plannedSize === undefined ||
      this.#plannedSize + blockBytes > this.#context.segmentBytes;
    return { startsSegment, bytes: blockBytes + (startsSegment ? segmentOverhead : 0) };
  }

  /** Adds an accepted block, whose bytes are already counted. */
  add(entry: Entry, { startsSegment }: Placement): void {
    entry.startsSegment = startsSegment;
    this.#plannedSize = (startsSegment ? segmentOverhead : this.#plannedSize!) + entry.bytes;
    this.#pending.push(entry);
    this.#pendingBytes += entry.bytes;
    if (this.#isFailing) entry.resolve(false);
    this.#start();
  }

  /** Forgets the segment that is being written, because it is discarded. Only for {@linkcode idleSegment}. */
  releaseActive(): void {
    this.#closeFile();
    this.#active = undefined;
    this.#plannedSize = undefined;
  }

  /** Attempts a failed write again now: there may be room on the disk. */
  retry(): void {
    this.#endPause?.();
  }

  /** Waits until all blocks are written and on the disk, or that fails. */
  async flush(): Promise<void> {
    this.retry();
    await this.#running;
    if (this.#file === undefined || this.#isFailing) return;
    try {
      await this.#file.syncData();
    } catch (error) {
      this.#context.health.failed("write", error);
    }
  }

  /** Writes what is left, once more if the disk fails, and ends the segment. Drops what cannot be written. */
  async close(isEmpty: () => boolean): Promise<void> {
    this.#isClosing = true;
    this.retry();
    await this.#running;
    const active = this.#active;
    if (active === undefined) return;
    if (isEmpty()) {
      this.releaseActive();
      this.#segments.discard(active);
      return;
    }
    try {
      await this.#seal();
    } catch (error) {
      // The next start scans the segment instead of reading its trailer.
      this.#context.health.failed("write", error);
    }
    this.#closeFile();
  }

  /** Drops what is not written; a write that is under way may still succeed, and nothing follows from that. */
  giveUp(): void {
    this.#isGivenUp = true;
    for (const entry of this.#pending.toArray()) entry.resolve(false);
    this.#dropPending();
  }

  #start(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // The first await lets all calls of this turn of the event loop join one write.
    await Promise.resolve();
    do await this.#writePending(); while (this.#pending.length > 0);
    this.#running = undefined;
  }

  async #writePending(): Promise<void> {
    let delays: Backoff | undefined;
    while (this.#pending.length > 0) {
      const batch = this.#nextBatch();
      try {
        await this.#write(batch);
      } catch (error) {
        this.#fail(error);
        if (this.#isClosing) return this.#dropPending();
        delays ??= backoff({ min: 500, max: 10_000, random: this.#context.random });
        await this.#pause(delays.next());
        continue;
      }
      if (this.#isGivenUp) return;
      delays?.reset();
      this.#isFailing = false;
      this.#context.health.succeeded("write");
      for (const entry of batch) {
        this.#pending.shift();
        this.#pendingBytes -= entry.bytes;
        entry.isWritten = true;
        if (entry.isSettled) entry.recycle(this.#context.buffers);
        entry.resolve(true);
      }
      this.#onProgress();
    }
  }

  #nextBatch(): Entry[] {
    const batch: Entry[] = [];
    let size = 0;
    for (let at = 0; at < this.#pending.length; at++) {
      const entry = this.#pending.at(at)!;
      const isFull = size + entry.bytes > maxBatchBytes || entry.startsSegment;
      if (batch.length > 0 && isFull) break;
      batch.push(entry);
      size += entry.bytes;
    }
    return batch;
  }

  async #write(batch: readonly Entry[]): Promise<void> {
    const [first] = batch;
    if (first.startsSegment) {
      await this.#seal();
      this.#active = this.#segments.create(first.position);
      first.startsSegment = false;
    }
    const segment = this.#active!;
    const file = await this.#open(segment);
    let size = 0;
    for (const part of joined(batch.map((entry) => encode(entry, segment.salt)))) {
      await writeFully(file, part);
      size += part.length;
    }
    if (this.#context.durability === "power") await file.syncData();
    const last = batch[batch.length - 1];
    if (segment.firstMs === 0) segment.firstMs = batch[0].appendedMs;
    segment.size += size;
    segment.counted += size;
    segment.end = last.end;
    segment.lastMs = last.appendedMs;
  }

  /** The open file of the segment, at the end of its good blocks. */
  async #open(segment: Segment): Promise<SpoolFile> {
    if (this.#file) return this.#file;
    const { fs, durability, prepare, folder } = this.#context;
    await prepare();
    // Cutting a new file would make ext4 write it to the disk when it is closed, even if it is removed soon after.
    const file = await fs.open(segment.path, this.#mustCut ? "update" : "create");
    try {
      if (this.#mustCut) {
        await file.truncate(segment.size);
        await file.seek(segment.size);
      }
      if (segment.size === 0) {
        await writeFully(file, preamble);
        if (durability === "power") await fs.syncFolder(folder);
        segment.size = preamble.length;
      }
    } catch (error) {
      file.close();
      throw error;
    }
    this.#mustCut = false;
    return this.#file = file;
  }

  /** Ends the segment that is being written with its trailer. */
  async #seal(): Promise<void> {
    const segment = this.#active;
    if (segment === undefined) return;
    const file = await this.#open(segment);
    const end = trailer(segment.salt, segment.end, segment.lastMs);
    await writeFully(file, end);
    if (this.#context.durability === "power") await file.syncData();
    segment.size += end.length;
    segment.isSealed = true;
    this.#closeFile();
    this.#active = undefined;
  }

  #fail(error: unknown): void {
    this.#closeFile();
    this.#mustCut = true;
    this.#isFailing = true;
    this.#context.health.failed("write", error);
    for (const entry of this.#pending.toArray()) entry.resolve(false);
    this.#onProgress();
  }

  #dropPending(): void {
    const dropped = this.#pending.toArray();
    const { budget, user } = this.#context;
    this.#pending.reset([]);
    this.#pendingBytes = 0;
    for (const { bytes, startsSegment } of dropped) {
      budget.release(user, bytes + (startsSegment ? segmentOverhead : 0));
    }
    this.#onDropped(dropped);
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#context.clock.timer(delayMs, end);
      function end(): void {
        timer[Symbol.dispose]();
        resolve();
      }
      this.#endPause = end;
    });
  }

  #closeFile(): void {
    this.#file?.close();
    this.#file = undefined;
  }
}

/** Joins small neighbours, so that many small blocks need one write. */
function joined(parts: readonly Uint8Array[]): Uint8Array[] {
  const result: Uint8Array[] = [];
  for (let at = 0; at < parts.length;) {
    let length = parts[at].length;
    let next = at + 1;
    while (next < parts.length && length + parts[next].length <= joinedBytes) {
      length += parts[next++].length;
    }
    result.push(next === at + 1 ? parts[at] : concat(parts.slice(at, next), length));
    at = next;
  }
  return result;
}

function concat(parts: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
