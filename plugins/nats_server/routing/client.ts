/**
 * What a subscription and the router need of a connected client that receives messages. The connection
 * implements it, so that nothing in this folder depends on connections.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import type { Guard } from "../security/mod.ts";

/** Outgoing bytes of one client. */
export interface ClientOutput {
  /** Bytes that the transport has not accepted yet. */
  readonly pendingBytes: number;
  /** Whether a flush is scheduled for the end of the chunk. Set by the router, cleared by `flush`. */
  isDirty: boolean;
  /** Appends `head[headStart, headEnd)`, then `source[start, end)`. */
  append(
    head: Uint8Array,
    headStart: number,
    headEnd: number,
    source: Uint8Array,
    start: number,
    end: number,
  ): void;
  /** Appends bytes. */
  appendBytes(bytes: Uint8Array): void;
  /** Resolves when at most `bytes` are pending, the output has ended, or `limitMs` have passed. */
  below(bytes: number, limitMs: number, clock: Clock): Promise<void>;
}

/** A client that receives messages. The router increments its counters. */
export interface Client {
  readonly output: ClientOutput;
  /** Permissions; `null` when everything is allowed. */
  readonly guard: Guard | null;
  readonly isClosed: boolean;
  /** Whether it receives the messages that it publishes itself. */
  readonly echo: boolean;
  /** Whether it understands message headers. */
  readonly headers: boolean;
  /** Messages delivered to it. */
  outMessages: number;
  /** Payload bytes of those messages, headers included. */
  outBytes: number;
  /** Removes its subscription with this id. */
  unsubscribe(sid: string): void;
  /** Starts writing what was appended. Called once per chunk, with the monotonic time of its end in milliseconds. */
  flush(nowMs: number): void;
}
