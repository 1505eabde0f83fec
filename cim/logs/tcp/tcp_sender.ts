/**
 * Sends blocks of lines over one persistent connection.
 *
 * TCP has no acknowledgement that the collector has read a line: bytes that the system took are lost when the
 * collector ends before it reads them. So `delivered` means written. The caller keeps what it sent last and,
 * when {@linkcode TcpSenderOptions.onLost} is called or `send` returns `connection_lost`, sends it again from
 * the start of a block. A connection begins with a whole record, and a record that was cut off on the old one
 * arrives complete on the new one.
 *
 * A peer that is gone is noticed in three ways: a pending read notices that it closed the connection, a write
 * that makes no progress fails, and while bytes are not acknowledged, the table of the system says so. The
 * last one needs Linux and all permissions; without it, a peer that vanished without closing is noticed only
 * when the buffers of the system are full or its retransmissions end.
 *
 * @module
 */
import { AgentError, hasCode } from "../../../core/errors/mod.ts";
import type { Clock } from "../../../core/async/mod.ts";
import { delivered, type Delivery, type Sender } from "../../../core/forward/mod.ts";
import type { HostPort } from "../../../core/net/mod.ts";
import { logErrors } from "../errors.ts";
import { type ReadSendQueue, readSendQueue } from "./_send_queue.ts";
import { TcpConnection, type TcpTls } from "./tcp_connection.ts";

/** Whole records. */
export interface LineBlock {
  /** The records, each with its line feed. */
  readonly data: Uint8Array;
}

/** Options of {@linkcode TcpSender}. */
export interface TcpSenderOptions {
  /** Returns the collector; asked for each connection. */
  readonly target: (signal: AbortSignal) => HostPort | Promise<HostPort>;
  /** Uses TLS; undefined does not. */
  readonly tls?: TcpTls;
  /** Maximum time to connect, in milliseconds. Default 2,000. */
  readonly connectTimeoutMs?: number;
  /** Time without progress after which a connection is given up, in milliseconds. Default 6,000. */
  readonly stallMs?: number;
  /** Clock for the limits. */
  readonly clock: Clock;
  /** Called when a connection is lost while nothing is being sent; `send` does not report that loss then. */
  readonly onLost?: () => void;
  /** Called when a collector that is not the target any more has confirmed that it read all delivered blocks. */
  readonly onConfirmed?: () => void;
  /** Returns the bytes that the peer has not acknowledged. Default: from the table of the system. */
  readonly readSendQueue?: ReadSendQueue;
}

const aborted: Delivery = Object.freeze({ status: "retry", reason: "aborted" });
/** Time that the previous collector gets to confirm the end of its connection, in milliseconds. */
const leaveMs = 1_000;

const notConfirmed =
  "Cannot confirm the last log lines at the previous log collector: it did not end the connection; " +
  "they are sent again to the new one";

/** Writes blocks to the collector, one at a time. */
export class TcpSender implements Sender<LineBlock> {
  /** Bytes of delivered blocks, over all connections. */
  sentBytes = 0;
  /** Connections that were lost. */
  disconnects = 0;
  readonly #options: TcpSenderOptions;
  readonly #connectTimeoutMs: number;
  readonly #stallMs: number;
  readonly #readSendQueue: ReadSendQueue;
  #connection: TcpConnection | undefined;
  /** Cause of the loss of a connection that no call has reported yet. */
  #lost: { readonly cause: unknown } | undefined;
  #isSending = false;
  /** Whether the connection does not lead to the target any more. */
  #isStale = false;
  #acknowledged = 0;
  #progressMs = 0;
  #checking: Promise<void> | undefined;

  /** Connects with the first block. */
  constructor(options: TcpSenderOptions) {
    const { connectTimeoutMs = 2_000, stallMs = 6_000 } = options;
    this.#options = options;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#stallMs = stallMs;
    this.#readSendQueue = options.readSendQueue ?? readSendQueue;
  }

  /** Whether a connection is open now. */
  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** Of {@linkcode sentBytes}, those that the system of the peer has, as far as that can be found out. */
  get acknowledgedBytes(): number {
    return this.#acknowledged;
  }

  /**
   * Writes a block from its start. The reasons of `retry` are `unreachable`, `connection_lost` and `aborted`;
   * after `connection_lost`, blocks that were delivered before may not have arrived.
   */
  async send(block: LineBlock, signal: AbortSignal): Promise<Delivery> {
    if (signal.aborted) return aborted;
    if (this.#lost !== undefined) return this.#reportLoss();
    if (this.#isStale && !await this.#leave(signal)) {
      return signal.aborted ? aborted : this.#reportLoss();
    }
    this.#isSending = true;
    try {
      const connection = this.#connection ??= await this.#connect(signal);
      await connection.write(block.data, signal);
      this.sentBytes += block.data.length;
      return delivered;
    } catch (cause) {
      if (signal.aborted) return aborted;
      if (hasCode(cause, logErrors.log_collector_unreachable.code)) {
        return { status: "retry", reason: "unreachable", cause };
      }
      this.#lost ??= { cause };
      // If it was lost before it was assigned, onLost did not clear it; a lost connection is never used again.
      this.#connection = undefined;
      return this.#reportLoss();
    } finally {
      this.#isSending = false;
    }
  }

  /**
   * To be called when the target has changed. The next block ends the connection in order and goes to the new target;
   * if the previous collector does not confirm that it read everything, `send` returns `connection_lost`.
   */
  retarget(): void {
    this.#isStale = true;
  }

  /** Looks whether the peer acknowledges what was sent; to be called about twice a second. */
  tick(): void {
    const connection = this.#connection;
    if (connection === undefined) {
      this.#acknowledged = this.sentBytes;
      return;
    }
    this.#checking ??= this.#check(connection).finally(() => this.#checking = undefined);
  }

  /**
   * Ends the connection in order. Returns whether the collector confirmed the end, which it does when it has
   * read everything. A later block opens a new connection.
   */
  async end(signal: AbortSignal): Promise<boolean> {
    const connection = this.#connection;
    if (connection === undefined) return false;
    this.#connection = undefined;
    const isConfirmed = await connection.end(signal);
    await connection.close();
    await this.#checking;
    return isConfirmed;
  }

  /** Ends a connection to a previous target; false when that collector may not have read everything. */
  async #leave(signal: AbortSignal): Promise<boolean> {
    this.#isStale = false;
    if (this.#connection === undefined) return true;
    const { clock, onConfirmed } = this.#options;
    const limit = new AbortController();
    using _timer = clock.timer(leaveMs, () => limit.abort());
    const isConfirmed = await this.end(AbortSignal.any([signal, limit.signal]));
    if (isConfirmed) onConfirmed?.();
    else this.#lost = { cause: new AgentError(logErrors.log_collector_lost, notConfirmed) };
    return isConfirmed;
  }

  async #connect(signal: AbortSignal): Promise<TcpConnection> {
    const { target, tls, clock } = this.#options;
    const connection = await TcpConnection.open(await target(signal), {
      tls,
      connectTimeoutMs: this.#connectTimeoutMs,
      stallMs: this.#stallMs,
      clock,
      signal,
      onLost: (lost) => this.#onLost(lost),
    });
    this.#progressMs = clock.monotonic();
    return connection;
  }

  #onLost(connection: TcpConnection): void {
    if (!connection.isAborted) this.disconnects++;
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    const { onLost } = this.#options;
    if (this.#isSending || onLost === undefined) this.#lost = { cause: connection.cause };
    else onLost();
  }

  #reportLoss(): Delivery {
    const cause = this.#lost?.cause;
    this.#lost = undefined;
    return { status: "retry", reason: "connection_lost", cause };
  }

  async #check(connection: TcpConnection): Promise<void> {
    const { clock } = this.#options;
    const sent = this.sentBytes;
    const queued = await this.#readSendQueue(connection.ends);
    if (connection !== this.#connection) return;
    // With TLS the queue counts a few bytes more than the lines have, which only delays what is known.
    const acknowledged = Math.max(this.#acknowledged, sent - (queued ?? 0));
    const now = clock.monotonic();
    if (!queued || acknowledged > this.#acknowledged) this.#progressMs = now;
    this.#acknowledged = acknowledged;
    if (queued && now - this.#progressMs >= this.#stallMs) connection.stalled();
  }
}
