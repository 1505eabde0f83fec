/**
 * One client connection: copies bytes between the client and the inner server, and applies the time limits that the
 * inner server does not have.
 *
 * A connection without a request in progress must bring one: within the header timeout after it was opened, within
 * the idle timeout after its last answer. Only a complete header makes a request, so a client that sends its header
 * byte by byte does not extend the limit. A response is aborted when the client reads nothing for the write timeout.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import type { Peer } from "../api.ts";
import type { ConnectionLimit } from "../http_stats.ts";
import { declineUpgrade, isUnfinishedHead } from "./decline_upgrade.ts";

/** Limits of a connection, in milliseconds. */
export interface ConnectionLimits {
  readonly headerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly writeTimeoutMs: number;
}

/** What a connection is made from. */
export interface ConnectionOptions extends ConnectionLimits {
  readonly client: Deno.TcpConn;
  /** The connection to the inner server. */
  readonly backend: Deno.TcpConn;
  readonly peer: Peer;
  readonly clock: Clock;
  /** Called at most once, when the connection is closed because of a limit, with that limit. */
  readonly onLimit: (limit: ConnectionLimit) => void;
}

const bufferBytes = 16_384;

/** How long a client may go on sending after the inner server has closed, so that it can read the last answer. */
const lingerMs = 1_000;

/** A connection from accept to close. */
export class Connection implements Disposable {
  readonly peer: Peer;
  readonly #options: ConnectionOptions;
  readonly #ended = new AbortController();
  /** One function for each handler that has not answered yet; it answers in the handler's place. */
  readonly #pending = new Set<() => void>();
  #requests = 0;
  #limit: Disposable | undefined;
  #isBackendEnded = false;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.peer = options.peer;
    this.#options = options;
    this.#setLimit(options.headerTimeoutMs, "header_timeout");
  }

  /**
   * Aborts when the client has closed its side, or when the connection is closed for another reason. A client that
   * has closed only its sending side still gets its answer.
   */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /**
   * Notes a request that is in progress until `completed` settles. Returns the handler's answer, or an empty one when
   * the connection ends first, because the inner server would wait forever for a handler that never returns.
   */
  serve(work: Promise<Response>, completed: Promise<void>): Promise<Response> {
    this.#requests++;
    this.#limit?.[Symbol.dispose]();
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const abandon = () => resolve(new Response(null, { status: 503 }));
    this.#pending.add(abandon);
    if (this.#closed) abandon();
    work.then(resolve, reject).finally(() => this.#pending.delete(abandon));
    const settle = () => {
      this.#requests--;
      if (this.#requests > 0 || this.#closed) return;
      this.#setLimit(this.#options.idleTimeoutMs, "idle_timeout");
    };
    completed.then(settle, settle);
    return promise;
  }

  /** Copies bytes until both sides have ended. Never rejects: a broken connection is a closed one. */
  async run(): Promise<void> {
    const end = () => this.close();
    await Promise.all([this.#copyToBackend().catch(end), this.#copyToClient().catch(end)]);
    this.close();
  }

  /**
   * Accepts no further request if none is in progress. An answer that is on its way still reaches the client:
   * nothing is cut; the inner server gets the end of input and closes its side. Does nothing during a request,
   * after which the inner server closes by itself.
   */
  endIfIdle(): void {
    if (this.#requests === 0) this.#endBackend();
  }

  /** Closes both sides at once. May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#limit?.[Symbol.dispose]();
    this.#options.client.close();
    this.#options.backend.close();
    this.#ended.abort();
    for (const abandon of this.#pending) abandon();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #copyToBackend(): Promise<void> {
    const { client, backend, idleTimeoutMs } = this.#options;
    const buffer = new Uint8Array(bufferBytes);
    const head = await readHead(client, buffer);
    declineUpgrade(head);
    let isOpen = await writeAll(backend, head).then(yes, no);
    for (let read = await client.read(buffer); read !== null; read = await client.read(buffer)) {
      // After the backend has closed, the client's bytes are read and discarded, so that it can read its last answer.
      if (isOpen) isOpen = await writeAll(backend, buffer.subarray(0, read)).then(yes, no);
    }
    if (!isOpen) return;
    this.#endBackend();
    this.#ended.abort();
    if (!this.#closed) this.#setLimit(idleTimeoutMs, "idle_timeout");
  }

  async #copyToClient(): Promise<void> {
    const { client, backend, writeTimeoutMs } = this.#options;
    const buffer = new Uint8Array(bufferBytes);
    for (let read = await backend.read(buffer); read !== null; read = await backend.read(buffer)) {
      using _limit = this.#closeAfter(writeTimeoutMs, "write_timeout");
      await writeAll(client, buffer.subarray(0, read));
    }
    await client.closeWrite();
    this.#limit?.[Symbol.dispose]();
    if (!this.#closed) this.#limit = this.#options.clock.timer(lingerMs, () => this.close());
  }

  #endBackend(): void {
    if (this.#isBackendEnded || this.#closed) return;
    this.#isBackendEnded = true;
    // Fails if the inner server has closed first, which is the same outcome.
    this.#options.backend.closeWrite().catch(() => {});
  }

  /** Replaces the current limit. */
  #setLimit(delayMs: number, limit: ConnectionLimit): void {
    this.#limit?.[Symbol.dispose]();
    this.#limit = this.#closeAfter(delayMs, limit);
  }

  #closeAfter(delayMs: number, limit: ConnectionLimit): Disposable {
    return this.#options.clock.timer(delayMs, () => {
      this.#options.onLimit(limit);
      this.close();
    });
  }
}

/** The first bytes of a connection: a complete head if it fits the buffer, or what came before the input ended. */
async function readHead(client: Deno.TcpConn, buffer: Uint8Array): Promise<Uint8Array> {
  let seen = 0;
  let have = 0;
  while (have < buffer.length && isUnfinishedHead(buffer, seen, have)) {
    const read = await client.read(buffer.subarray(have));
    if (read === null) break;
    seen = have;
    have += read;
  }
  return buffer.subarray(0, have);
}

async function writeAll(to: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await to.write(bytes.subarray(written));
  }
}

const yes = () => true;
const no = () => false;
