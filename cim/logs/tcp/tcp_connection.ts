import type { Clock } from "../../../core/async/mod.ts";
import { AgentError } from "../../../core/errors/mod.ts";
import { readRegularFile } from "../../../core/files/mod.ts";
import { formatHostPort, type HostPort } from "../../../core/net/mod.ts";
import { logErrors } from "../errors.ts";
import type { ConnectionEnds } from "./_send_queue.ts";

/** TLS towards the collector. */
export interface TcpTls {
  /** PEM file with the CA certificates to trust; read for each connection. Default: those of the system. */
  readonly caFile?: string;
}

/** Options of {@linkcode TcpConnection.open}. */
export interface OpenOptions {
  /** Uses TLS; undefined does not. */
  readonly tls: TcpTls | undefined;
  /** Maximum time for resolving, connecting and the TLS handshake, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Time without progress after which a write fails, in milliseconds. */
  readonly stallMs: number;
  /** Clock for the limits. */
  readonly clock: Clock;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
  /** Called once when the connection is lost, unless {@linkcode TcpConnection.close} was called before. */
  readonly onLost: (connection: TcpConnection) => void;
}

/** Bytes that a collector may send; they mean nothing and are read only to notice the end of the connection. */
const answerBytes = 1_024;

/**
 * One connection to a collector. A pending read notices at once that the peer closes it, also while nothing is
 * sent. It is never used again after a failure.
 */
export class TcpConnection {
  /** Bytes that the system has taken. */
  written = 0;
  /** Whether the signal of a write ended the connection. */
  isAborted = false;
  readonly #conn: Deno.TcpConn | Deno.TlsConn;
  readonly #place: string;
  readonly #stallMs: number;
  readonly #clock: Clock;
  readonly #onLost: (connection: TcpConnection) => void;
  readonly #ended: Promise<void>;
  #cause: unknown;
  #isClosed = false;
  #isEnding = false;
  #hasPeerEnded = false;

  private constructor(conn: Deno.TcpConn | Deno.TlsConn, place: string, options: OpenOptions) {
    this.#conn = conn;
    this.#place = place;
    this.#stallMs = options.stallMs;
    this.#clock = options.clock;
    this.#onLost = options.onLost;
    this.#ended = this.#readToEnd();
  }

  /** Resolves the name and connects. Rejects with an `AgentError` that says what failed. */
  static async open(target: HostPort, options: OpenOptions): Promise<TcpConnection> {
    const { tls, connectTimeoutMs, clock, signal } = options;
    const place = formatHostPort(target);
    const { promise: over, reject } = Promise.withResolvers<never>();
    const attempt = new AbortController();
    using _limit = clock.timer(connectTimeoutMs, () => {
      reject(unreachable(place, `not connected within ${connectTimeoutMs} ms`));
    });
    const onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    const connecting = connect(target, tls, attempt.signal);
    try {
      return new TcpConnection(await Promise.race([connecting, over]), place, options);
    } catch (error) {
      attempt.abort();
      // An attempt that succeeds after the limit leaves nothing open; one that fails was reported already.
      connecting.then((conn) => conn.close(), () => {});
      if (signal.aborted || error instanceof AgentError) throw error;
      throw unreachable(place, describe(error), error);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Why the connection cannot be used any more; undefined while it can. */
  get cause(): unknown {
    return this.#cause;
  }

  /** The ports of both ends. */
  get ends(): ConnectionEnds {
    return {
      localPort: (this.#conn.localAddr as Deno.NetAddr).port,
      remotePort: (this.#conn.remoteAddr as Deno.NetAddr).port,
    };
  }

  /** Writes all bytes. Rejects when the connection is lost, makes no progress, or `signal` aborts. */
  async write(data: Uint8Array, signal: AbortSignal): Promise<void> {
    let seen = this.written;
    const check = (): void => {
      if (this.written === seen) return this.stalled();
      seen = this.written;
      timer = this.#clock.timer(this.#stallMs, check);
    };
    let timer = this.#clock.timer(this.#stallMs, check);
    const onAbort = () => {
      this.isAborted = true;
      this.#fail(signal.reason);
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      for (let at = 0; at < data.length;) {
        if (this.#cause !== undefined) throw this.#cause;
        const count = await this.#conn.write(at === 0 ? data : data.subarray(at));
        at += count;
        this.written += count;
      }
    } catch (error) {
      this.#fail(lost(this.#place, describe(error), error));
      throw this.#cause;
    } finally {
      timer[Symbol.dispose]();
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** To be called when the peer has stopped taking or acknowledging bytes: the connection is lost. */
  stalled(): void {
    this.#fail(lost(this.#place, `it took nothing for ${this.#stallMs} ms`));
  }

  /**
   * Sends the end of the stream and waits until the peer has closed its side or `signal` aborts. Returns whether
   * the peer closed it: a collector does so when it has read everything.
   */
  async end(signal: AbortSignal): Promise<boolean> {
    this.#isEnding = true;
    const { promise: over, resolve } = Promise.withResolvers<void>();
    const onAbort = () => resolve();
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) resolve();
    try {
      await Promise.race([this.#conn.closeWrite(), over]);
      await Promise.race([this.#ended, over]);
      return this.#hasPeerEnded;
    } catch {
      // The connection broke meanwhile: the peer did not confirm.
      return false;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** Closes the connection at once. Idempotent. */
  async close(): Promise<void> {
    this.#isEnding = true;
    this.#fail(lost(this.#place, "closed"));
    await this.#ended;
  }

  async #readToEnd(): Promise<void> {
    const answer = new Uint8Array(answerBytes);
    try {
      while (await this.#conn.read(answer) !== null);
      this.#hasPeerEnded = true;
      this.#fail(lost(this.#place, "the collector closed it"));
    } catch (error) {
      this.#fail(lost(this.#place, describe(error), error));
    }
  }

  #fail(cause: unknown): void {
    this.#cause ??= cause;
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
    if (!this.#isEnding) this.#onLost(this);
  }
}

/** Connects; after `signal` aborts, no handshake goes on. */
async function connect(
  target: HostPort,
  tls: TcpTls | undefined,
  signal: AbortSignal,
): Promise<Deno.TcpConn | Deno.TlsConn> {
  if (tls === undefined) {
    const conn = await Deno.connect({ ...target });
    conn.setNoDelay(true);
    conn.setKeepAlive(true);
    return conn;
  }
  const caCerts = tls.caFile === undefined ? [] : [await readRegularFile(tls.caFile)];
  const conn = await Deno.connectTls({ ...target, caCerts });
  const onAbort = () => conn.close();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    await conn.handshake();
    return conn;
  } catch (error) {
    if (!signal.aborted) conn.close();
    throw error;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unreachable(place: string, why: string, cause?: unknown): AgentError {
  const text =
    `Cannot connect to the log collector ${place}: ${why}; log lines are kept and sent ` +
    "when it can be reached";
  return new AgentError(logErrors.log_collector_unreachable, text, { cause });
}

function lost(place: string, why: string, cause?: unknown): AgentError {
  const text =
    `Lost the connection to the log collector ${place}: ${why}; lines that may not have ` +
    "arrived are sent again";
  return new AgentError(logErrors.log_collector_lost, text, { cause });
}
