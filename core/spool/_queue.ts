/**
 * One queue: it accepts blocks within the bound, hands them to the writer and to the reading side, and removes
 * segments that are settled.
 *
 * @module
 */
import type { QueueContext } from "./_context.ts";
import { copyWithHeader, Entry } from "./_entry.ts";
import { headerBytes, segmentOverhead } from "./_format.ts";
import { LedgerFile, ledgerName } from "./_ledger.ts";
import { LedgerKeeper } from "./_ledger_keeper.ts";
import { Outlet } from "./_outlet.ts";
import { type Placement, QueueWriter } from "./_queue_writer.ts";
import type { Recovered } from "./_recovery.ts";
import { Segments } from "./_segments.ts";
import { storedBlocks } from "./_stored_blocks.ts";
import { WaitingAppends } from "./_waiting_appends.ts";
import { tooLarge } from "./errors.ts";
import type { AppendResult, SpoolBlock, SpoolFullPolicy, SpoolQueue } from "./options.ts";

/** What the queue asks of the spool. */
export interface QueueOwner {
  readonly whenFull: SpoolFullPolicy;
  /** Starts to make room; returns false when nothing can be removed. */
  makeRoom(): boolean;
}

/** One queue. */
export class Queue implements SpoolQueue {
  readonly #context: QueueContext;
  readonly #owner: QueueOwner;
  readonly #segments: Segments;
  readonly #outlet: Outlet;
  readonly #writer: QueueWriter | undefined;
  readonly #ledger: LedgerKeeper;
  readonly #waiting = new WaitingAppends();
  readonly inherited: number;
  #next: number;
  #ledgerSettled: number;
  #isFull = false;
  #isTaking = false;
  #isClosed = false;
  #wakeTaker: (() => void) | undefined;
  #endRoomWait: (() => void) | undefined;

  /** Continues with what was recovered. */
  constructor(context: QueueContext, owner: QueueOwner, recovered: Recovered) {
    this.#context = context;
    this.#owner = owner;
    this.#segments = new Segments(context, () => this.#writer?.retry());
    this.#segments.items.push(...recovered.segments);
    this.#outlet = new Outlet(context, this.#segments, recovered);
    this.#next = recovered.next;
    this.#ledgerSettled = recovered.settled;
    this.inherited = recovered.records;
    const isSynced = context.durability === "power";
    const path = `${context.folder}/${ledgerName}`;
    const file = new LedgerFile(context.fs, path, recovered.sequence, isSynced);
    this.#ledger = new LedgerKeeper(context, file, () => this.#ledgerEntry(), (settled) => {
      this.#ledgerSettled = settled;
      this.#removeSettled();
    });
    if (context.durability !== "memory") {
      this.#writer = new QueueWriter(context, this.#segments, {
        onProgress: () => this.#onProgress(),
        onDropped: (dropped) => this.#onDropped(dropped),
      });
    }
    for (const segment of recovered.settledSegments) {
      this.#segments.items.push(segment);
      this.#segments.discard(segment);
    }
  }

  get name(): string {
    return this.#context.name;
  }

  get records(): number {
    return this.#outlet.records;
  }

  get bytes(): number {
    return this.#context.user.bytes;
  }

  get durableEnd(): number {
    return this.#writer?.firstPending?.position ?? this.#next;
  }

  get oldestMs(): number | undefined {
    return this.#outlet.oldestMs;
  }

  async append(data: Uint8Array, records: number, signal?: AbortSignal): Promise<AppendResult> {
    if (!Number.isInteger(records) || records < 1 || records > 0xffff_ffff) {
      throw new RangeError(`Cannot append a block of ${records} records: must be 1 or more`);
    }
    if (this.#isClosed) return { status: "dropped", reason: "spool_closed" };
    const { maxBytes } = this.#context.budget;
    if (headerBytes + data.length + segmentOverhead > maxBytes) {
      return this.#drop(data, records, "spool_full", tooLarge(data.length, maxBytes));
    }
    const outcome = this.#waiting.size === 0 ? this.#accept(data, records, signal) : undefined;
    return await (outcome ?? this.#wait(data, records, signal));
  }

  take(signal: AbortSignal): Promise<SpoolBlock | undefined> {
    return this.#take(signal, true);
  }

  takeReady(signal: AbortSignal): Promise<SpoolBlock | undefined> {
    return this.#take(signal, false);
  }

  settle(block: SpoolBlock): void {
    const entry = block as Entry;
    const { buffers, budget, user } = this.#context;
    this.#outlet.settle(entry);
    const isInMemoryOnly = this.#writer === undefined && entry.buffer !== undefined;
    if (isInMemoryOnly) budget.release(user, entry.bytes);
    if (isInMemoryOnly || entry.buffer === undefined || entry.isWritten) entry.recycle(buffers);
    if (this.#hasFiles) this.#ledger.touch();
  }

  rewind(): void {
    this.#outlet.rewind();
    this.#wakeTaker?.();
  }

  async *blocks(): AsyncIterable<SpoolBlock> {
    const { settled } = this.#outlet;
    const inMemory = this.#outlet.inMemory();
    const limit = inMemory[0]?.position ?? Infinity;
    const stored = (from: number, to: number) =>
      storedBlocks(this.#context, [...this.#segments.items], from, to);
    const next = yield* stored(settled, limit);
    for (const entry of inMemory) {
      if (entry.position < next) continue;
      if (entry.isRecycled) yield* stored(entry.position, entry.end);
      // A copy, because the block may be settled while the caller looks at it.
      else yield new Entry(entry, entry.data.slice());
    }
  }

  /** Starts to remove files that hold no unsettled record; returns whether there are any. */
  reclaim(): boolean {
    if (this.#segments.isRemoving) return true;
    const { settled } = this.#outlet;
    const idle = this.#writer?.idleSegment;
    const isDone = this.#segments.items.some((segment) =>
      segment.end <= settled && (segment.isSealed || segment === idle)
    );
    if (!isDone) return false;
    if (settled > this.#ledgerSettled) {
      this.#ledger.touch();
      this.#ledger.flush();
      return true;
    }
    this.#removeSettled(true);
    return this.#segments.isRemoving;
  }

  /** Drops the oldest blocks that are not in delivery; returns whether there were any. */
  evict(): boolean {
    const idle = this.#writer?.idleSegment;
    const segment = this.#segments.items.find((one) =>
      (one.isSealed || one === idle) && one.end > one.first && !this.#outlet.isInDelivery(one)
    );
    const { user, budget } = this.#context;
    if (segment) {
      const records = this.#outlet.skip(segment);
      if (segment === idle) this.#writer!.releaseActive();
      this.#reportLost("spool_full", records, segment.counted);
      this.#segments.discard(segment);
      this.#ledger.touch();
      return true;
    }
    const entry = this.#writer === undefined ? this.#outlet.skipRecent() : undefined;
    if (entry === undefined) return false;
    this.#reportLost("spool_full", entry.records, entry.bytes);
    budget.release(user, entry.bytes);
    return true;
  }

  /** Writes everything, to the disk itself. */
  async flush(): Promise<void> {
    await this.#writer?.flush();
    await this.#ledger.flush();
  }

  /** Ends all waits, writes what is in memory and closes the files. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endRoomWait?.();
    this.#waiting.end({ status: "dropped", reason: "spool_closed" });
    this.#wakeTaker?.();
    await this.#outlet.close();
    await this.#writer?.close(() => this.#outlet.records === 0);
    if (this.#hasFiles) this.#ledger.touch();
    await this.#ledger.close();
    await this.#segments.close();
  }

  /** Drops what is not written, although a write may still be under way. To be called while it closes. */
  giveUp(): void {
    this.#writer?.giveUp();
  }

  async #take(signal: AbortSignal, isWaiting: boolean): Promise<SpoolBlock | undefined> {
    if (this.#isTaking) {
      throw new TypeError(`Cannot take from queue "${this.name}": another call is waiting`);
    }
    this.#isTaking = true;
    try {
      while (!signal.aborted && !this.#isClosed) {
        const block = this.#outlet.takeFromMemory() ?? await this.#outlet.takeFromDisk(signal);
        if (block) return block;
        // Reading may have skipped the last damaged block, and blocks may have come meanwhile.
        const more = this.#outlet.takeFromMemory();
        if (more || !isWaiting) return more;
        await this.#untilMore(signal);
      }
      return undefined;
    } finally {
      this.#isTaking = false;
    }
  }

  get #hasFiles(): boolean {
    return this.#writer !== undefined && this.#next > 1 || this.#segments.items.length > 0;
  }

  #ledgerEntry(): { settled: number; written: number } {
    const { items } = this.#segments;
    return { settled: this.#outlet.settled, written: items[items.length - 1]?.end ?? 0 };
  }

  /** Accepts a block; undefined when it has to wait. */
  #accept(
    data: Uint8Array,
    records: number,
    signal?: AbortSignal,
  ): Promise<AppendResult> | undefined {
    const { budget, user, health } = this.#context;
    const bytes = headerBytes + data.length;
    const writer = this.#writer;
    if (writer && writer.pendingBytes > 0) {
      if (writer.pendingBytes + bytes > this.#context.memoryShare()) {
        if (!writer.isFailing || this.#owner.whenFull === "block") return undefined;
        return Promise.resolve(this.#drop(data, records, "spool_failed", health.failure));
      }
    }
    const placement: Placement = writer?.place(bytes) ?? { startsSegment: false, bytes };
    while (!budget.tryTake(user, placement.bytes)) {
      this.#noteFull(true);
      const { used } = budget;
      if (this.#owner.makeRoom()) {
        // Blocks in memory are gone at once; files are when their removal ends, which wakes this queue.
        if (budget.used >= used) return undefined;
      } else if (this.#owner.whenFull === "block") {
        return undefined;
      } else {
        return Promise.resolve(this.#drop(data, records, "spool_full"));
      }
    }
    this.#noteFull(false);
    return this.#store(data, records, placement, signal);
  }

  #store(
    data: Uint8Array,
    records: number,
    placement: Placement,
    signal?: AbortSignal,
  ): Promise<AppendResult> {
    const position = this.#next;
    const appendedMs = this.#context.clock.now();
    const buffer = this.#context.buffers.take(headerBytes + data.length);
    const entry = copyWithHeader(buffer, data, { position, records, appendedMs });
    this.#next += records;
    this.#outlet.add(entry);
    const stored = new Promise<AppendResult>((resolve) => {
      if (this.#writer === undefined) {
        return resolve({ status: "stored", position, isDurable: true });
      }
      const onAbort = () => entry.resolve(false);
      signal?.addEventListener("abort", onAbort, { once: true });
      entry.onOutcome = (isDurable) => {
        signal?.removeEventListener("abort", onAbort);
        resolve({ status: "stored", position, isDurable });
      };
      this.#writer.add(entry, placement);
    });
    this.#wakeTaker?.();
    return stored;
  }

  #wait(data: Uint8Array, records: number, signal?: AbortSignal): Promise<AppendResult> {
    const result = this.#waiting.add(
      { data, records, signal },
      () => this.#giveUp(data, records),
    );
    this.#waitForRoom();
    return result;
  }

  #giveUp(data: Uint8Array, records: number): AppendResult {
    const { failure } = this.#context.health;
    return this.#drop(
      data,
      records,
      failure === undefined ? "spool_full" : "spool_failed",
      failure,
    );
  }

  #waitForRoom(): void {
    if (this.#waiting.size === 0) return;
    this.#endRoomWait ??= this.#context.budget.onRoom(() => {
      this.#endRoomWait = undefined;
      this.#acceptWaiting();
    });
  }

  #acceptWaiting(): void {
    this.#waiting.offer(({ data, records, signal }) => this.#accept(data, records, signal));
    this.#waitForRoom();
  }

  #drop(
    data: Uint8Array,
    records: number,
    reason: "spool_full" | "spool_failed",
    cause?: unknown,
  ): AppendResult {
    const { name, report } = this.#context;
    report({ kind: "dropped", queue: name, reason, records, bytes: data.length, isStored: false });
    return { status: "dropped", reason, ...(cause === undefined ? {} : { cause }) };
  }

  /** Reports that accepted records are gone. */
  #reportLost(reason: "spool_full" | "spool_failed", records: number, bytes: number): void {
    if (records === 0) return;
    const { name, report } = this.#context;
    report({ kind: "dropped", queue: name, reason, records, bytes, isStored: true });
  }

  #noteFull(isFull: boolean): void {
    if (this.#isFull === isFull) return;
    this.#isFull = isFull;
    this.#context.report({ kind: isFull ? "full" : "room", queue: this.name });
  }

  #onProgress(): void {
    this.#outlet.trim(this.#context.memoryShare());
    this.#acceptWaiting();
    this.#removeSettled();
  }

  #onDropped(dropped: readonly Entry[]): void {
    const { records, bytes } = this.#outlet.forget(dropped);
    this.#reportLost("spool_failed", records, bytes);
  }

  /** Removes the segments that are settled according to the ledger; the one being written only on demand. */
  #removeSettled(withActive = false): void {
    const idle = withActive ? this.#writer?.idleSegment : undefined;
    for (const segment of [...this.#segments.items]) {
      if (segment.end > this.#ledgerSettled) break;
      if (segment === idle) this.#writer!.releaseActive();
      else if (!segment.isSealed) break;
      this.#segments.discard(segment);
    }
    if (this.#waiting.size > 0) this.#acceptWaiting();
  }

  #untilMore(signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      const end = () => {
        signal.removeEventListener("abort", end);
        this.#wakeTaker = undefined;
        resolve();
      };
      this.#wakeTaker = end;
      signal.addEventListener("abort", end, { once: true });
    });
  }
}
