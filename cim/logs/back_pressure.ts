/**
 * What happens when the buffer of a destination is full.
 *
 * A file or stream may hold as many bytes as are still free in the buffer of its destination. One alone can
 * therefore fill half of the buffer and leaves room for all others. Files that cannot be written may hold half
 * of the buffer together, however many they are. What happens at these bounds depends on the policy:
 *
 * - `block`: the publishers are paused until half of the lines are written, and no line is lost. Everything
 *   that a publisher sends over the same connection waits with it, the answer to a configuration change
 *   included, so the pause is limited to `maxBlockMs`, and to 400 ms while the reply to a change-set is awaited: a
 *   verdict gets through within a second whatever the state of the destination. After that the newest lines are
 *   dropped and counted as `overflow` while there is no room, and publishers are paused again only after half of the
 *   lines were written.
 * - `drop_newest`: publishers are never paused; lines without room are dropped and counted as `overflow`.
 *
 * A file that cannot be written while others of its folder can does not pause publishers: its lines are dropped
 * at its bound. When a file fails, the folder is probed, and if the file fails again after that, this is known:
 * it takes about three seconds. The reason `disk_full` is not such a case, since it concerns the whole folder.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import type { Delivery } from "../../core/forward/mod.ts";
import type { Backlog, LineWriter } from "./lines/mod.ts";
import type { PublisherGate } from "./publisher_gate.ts";
import type { LogTelemetry } from "./telemetry.ts";

/** Options of {@linkcode BackPressure}. */
export interface BackPressureOptions {
  /** Bytes that one destination may hold. */
  readonly maxBufferedBytes: number;
  /** What happens to lines without room. */
  readonly whenFull: "block" | "drop_newest";
  /** Maximum time the publishers are paused for one full buffer, in milliseconds. 0 never pauses them. */
  readonly maxBlockMs: number;
  /** Pauses the publishers. */
  readonly gate: PublisherGate;
  /** Reports pauses and drops. */
  readonly telemetry: LogTelemetry;
  /** Clock for the times of failures. */
  readonly clock: Clock;
}

/** A writer that is full: how much it held then, and whether publishers wait for it. */
interface Full {
  readonly atBytes: number;
  isHolding: boolean;
}

/** The destination whose buffers are watched. */
export interface PressureOwner {
  /** What the destination holds. */
  readonly backlog: Readonly<Backlog>;
  /**
   * Starts writing all lines. Called when a buffer is full: only writing makes room, so all lines are due then,
   * whatever the thresholds are.
   */
  flushAll(): void;
  /** Called when a file or stream starts failing. */
  onFailure(): void;
}

/** A file or stream whose attempts fail: time of the first and of the last one, and reason of the last one. */
interface Failure {
  readonly sinceMs: number;
  lastMs: number;
  reason: string;
}

/** Watches the buffers of one destination. */
export class BackPressure {
  /** Whether a file or stream is full or fails: only then does a line need {@linkcode BackPressure.admits}. */
  isActive = false;
  readonly #backlog: Readonly<Backlog>;
  readonly #options: BackPressureOptions;
  readonly #owner: PressureOwner;
  readonly #full = new Map<LineWriter, Full>();
  readonly #failing = new Map<LineWriter, Failure>();
  #writtenMs = -Infinity;
  /** Whether a pause reached its limit and the buffer has not emptied since. */
  #isSpent = false;

  /** Watches the buffers of one destination. */
  constructor(owner: PressureOwner, options: BackPressureOptions) {
    this.#owner = owner;
    this.#backlog = owner.backlog;
    this.#options = options;
  }

  /** Whether the writer may take another line. */
  admits(writer: LineWriter): boolean {
    const hasFailingRoom = this.#hasFailingRoom(writer);
    if (!hasFailingRoom) this.filled(writer);
    const full = this.#full.get(writer);
    if (full === undefined) return true;
    const { maxBufferedBytes } = this.#options;
    // Lines that are on their way while publishers are paused are taken, up to twice the bound.
    if (full.isHolding) return this.#backlog.bytes < 2 * maxBufferedBytes;
    return hasFailingRoom && writer.buffer.held + this.#backlog.bytes < maxBufferedBytes;
  }

  /** To be called when the bytes that `writer` holds reach the bytes that are free. Idempotent. */
  filled(writer: LineWriter): void {
    if (this.#full.has(writer)) return;
    const { whenFull, maxBlockMs, gate, telemetry } = this.#options;
    const isHolding = whenFull === "block" && maxBlockMs > 0 && !this.#isSpent &&
      !this.#failsAlone(writer);
    this.#full.set(writer, { atBytes: writer.buffer.held, isHolding });
    this.isActive = true;
    this.#owner.flushAll();
    if (!isHolding) return telemetry.dropping(writer.place);
    telemetry.holding(writer.place);
    gate.hold(this, { maxMs: maxBlockMs, onLimit: () => this.#stopHolding() });
  }

  /** To be called when an attempt of `writer` failed and will be repeated. */
  failed(writer: LineWriter, delivery: Delivery): void {
    if (delivery.status !== "retry") return;
    const { reason } = delivery;
    const now = this.#options.clock.monotonic();
    const failure = this.#failing.get(writer);
    if (failure === undefined) {
      this.#failing.set(writer, { sinceMs: now, lastMs: now, reason });
      this.isActive = true;
      return this.#owner.onFailure();
    }
    failure.lastMs = now;
    failure.reason = reason;
    const full = this.#full.get(writer);
    if (full?.isHolding !== true || !this.#failsAlone(writer)) return;
    this.#drop(writer, full);
    this.#resumeIfNoneHolds();
  }

  /** To be called when a probe found that the folder of the files can be written. */
  folderWorks(): void {
    this.#writtenMs = this.#options.clock.monotonic();
  }

  /** To be called when `writer` has written a block. */
  written(writer: LineWriter): void {
    if (this.#failing.size === 0) return;
    this.#failing.delete(writer);
    this.#writtenMs = this.#options.clock.monotonic();
    this.#updateActive();
  }

  /** To be called when a block of `writer` was settled. */
  room(writer: LineWriter): void {
    if (!this.isActive) return;
    const full = this.#full.get(writer);
    if (full !== undefined && writer.buffer.held <= full.atBytes / 2) this.release(writer);
  }

  /** Forgets that `writer` is full, for one that has room, was closed or is not used any more. Idempotent. */
  release(writer: LineWriter): void {
    const wasFull = this.#full.delete(writer);
    this.#failing.delete(writer);
    this.#updateActive();
    if (!wasFull) return;
    this.#options.telemetry.hasRoom(writer.place);
    if (this.#full.size === 0) this.#isSpent = false;
    this.#resumeIfNoneHolds();
  }

  /** Lets the publishers continue and forgets which buffers are full. */
  releaseAll(): void {
    for (const writer of [...this.#full.keys()]) this.release(writer);
  }

  #updateActive(): void {
    this.isActive = this.#full.size > 0 || this.#failing.size > 0;
  }

  /** Whether the files that cannot be written leave room for another line of this one, if it is one of them. */
  #hasFailingRoom(writer: LineWriter): boolean {
    if (!this.#failing.has(writer)) return true;
    let held = 0;
    for (const failing of this.#failing.keys()) held += failing.buffer.held;
    return held < this.#options.maxBufferedBytes / 2;
  }

  #stopHolding(): void {
    this.#isSpent = true;
    for (const [writer, full] of this.#full) if (full.isHolding) this.#drop(writer, full);
    this.#resumeIfNoneHolds();
  }

  #drop(writer: LineWriter, full: Full): void {
    full.isHolding = false;
    this.#options.telemetry.dropping(writer.place);
  }

  #resumeIfNoneHolds(): void {
    for (const { isHolding } of this.#full.values()) if (isHolding) return;
    this.#options.gate.release(this);
  }

  /** Whether the folder was written while this file failed, and the file failed again after that. */
  #failsAlone(writer: LineWriter): boolean {
    const failure = this.#failing.get(writer);
    return failure !== undefined && failure.reason !== "disk_full" &&
      failure.sinceMs <= this.#writtenMs && this.#writtenMs < failure.lastMs;
  }
}
