/**
 * When a client was last active. Times are taken once per chunk, not per message.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";

/** Activity of one client. Times are monotonic milliseconds. */
export class Activity {
  /** When the connection was accepted. */
  readonly acceptedMs: number;
  /** Last message in either direction, subscription change or CONNECT. */
  lastMs: number;
  /** Last message, subscription change or PING of the client; decides whether it is idle. */
  lastInputMs: number;
  /** Set when the current chunk contains a subscription change. */
  hasChange = false;
  /** Set when the current chunk contains a PING. */
  hasPing = false;
  readonly #clock: Clock;
  #inMessages = 0;
  #outMessages = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.acceptedMs = this.lastMs = this.lastInputMs = clock.monotonic();
  }

  /** Called at `nowMs`, when a chunk was parsed, with the total of messages received from the client. */
  endChunk(inMessages: number, nowMs: number): void {
    const isActive = this.hasChange || inMessages !== this.#inMessages;
    if (isActive || this.hasPing) this.lastInputMs = nowMs;
    if (isActive) this.lastMs = this.lastInputMs;
    this.hasChange = this.hasPing = false;
    this.#inMessages = inMessages;
  }

  /** Called at `nowMs`, before a flush, with the total of messages delivered to the client. */
  flush(outMessages: number, nowMs: number): void {
    if (outMessages === this.#outMessages) return;
    this.#outMessages = outMessages;
    this.lastMs = nowMs;
  }

  /** Called when CONNECT was accepted. */
  connected(): void {
    this.lastMs = this.#clock.monotonic();
  }
}
