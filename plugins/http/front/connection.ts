/**
 * One client connection: bytes both ways between the client and the HTTP engine, and the time limits that the
 * engine does not have.
 *
 * A connection without a request in work must bring one: within the header timeout after it was opened,
 * within the idle timeout after its last answer. Since only a complete header makes a request, dribbling
 * header bytes wins nothing. An answer that the client does not take is given up after the write timeout.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import { declineUpgrade, isUnfinishedHead } from "./decline_upgrade.ts";
import type { Peer } from "../api.ts";
import type { RejectReason } from "../http_stats.ts";

/** Limits of a connection, in milliseconds. */
export interface ConnectionLimits {
  readonly headerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly writeTimeoutMs: number;
}

/** What a connection is made from. */
export interface ConnectionOptions extends ConnectionLimits {
  readonly client: Deno.TcpConn;
  readonly engine: Deno.TcpConn;
  readonly peer: Peer;
  readonly clock: Clock;
  /** Told why the connection was cut, once, if it was for a limit. */
  readonly onLimit: (reason: RejectReason) => void;
}

const bufferBytes = 16_384;

/** How long a client may go on sending after the engine closed, so that it can read the last answer. */
const lingerMs = 1_000;

/** A connection from accept to close. */
export class Connection implements Disposable {
  readonly peer: Peer;
  readonly #options: ConnectionOptions;
  readonly #gone = new AbortController();
  /** Ends the wait for each answer that a handler still owes. */
  readonly #waiting = new Set<() => void>();
  #requests = 0;
  #limit: Disposable | undefined;
  #isEngineTold = false;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.peer = options.peer;
    this.#options = options;
    this.#limitTo(options.headerTimeoutMs, "header_timeout");
  }

  /**
   * Aborts when the client has closed its side, or the connection is over for another reason. A client that
   * only closed its sending side still gets its answer.
   */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /**
   * A request is in work until `completed` settles. The answer is that of the handler, or an empty one when the
   * connection ends first: the engine would wait for a handler that never returns.
   */
  serve(work: Promise<Response>, completed: Promise<void>): Promise<Response> {
    this.#requests++;
    this.#limit?.[Symbol.dispose]();
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    const abandon = () => resolve(new Response(null, { status: 503 }));
    this.#waiting.add(abandon);
    if (this.#closed) abandon();
    work.then(resolve, reject).finally(() => this.#waiting.delete(abandon));
    const settle = () => {
      this.#requests--;
      if (this.#requests > 0 || this.#closed) return;
      this.#limitTo(this.#options.idleTimeoutMs, "idle_timeout");
    };
    completed.then(settle, settle);
    return promise;
  }

  /** Carries bytes until both sides are done. Never rejects: a broken connection is an ended one. */
  async run(): Promise<void> {
    const end = () => this.close();
    await Promise.all([this.#toEngine().catch(end), this.#toClient().catch(end)]);
    this.close();
  }

  /**
   * Takes no further request. An answer that is on its way still gets through, so nothing is cut here: the
   * engine is told that nothing more comes, and ends. With a request in work it does so after the answer.
   */
  endIfIdle(): void {
    if (this.#requests === 0) this.#endEngine();
  }

  /** Lets go of both sides at once. May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#limit?.[Symbol.dispose]();
    this.#options.client.close();
    this.#options.engine.close();
    this.#gone.abort();
    for (const abandon of this.#waiting) abandon();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  async #toEngine(): Promise<void> {
    const { client, engine, idleTimeoutMs } = this.#options;
    const buffer = new Uint8Array(bufferBytes);
    const head = await readHead(client, buffer);
    declineUpgrade(head);
    let isWanted = await writeAll(engine, head).then(yes, no);
    for (let read = await client.read(buffer); read !== null; read = await client.read(buffer)) {
      if (isWanted) isWanted = await writeAll(engine, buffer.subarray(0, read)).then(yes, no);
    }
    if (!isWanted) return;
    this.#endEngine();
    this.#gone.abort();
    if (!this.#closed) this.#limitTo(idleTimeoutMs, "idle_timeout");
  }

  async #toClient(): Promise<void> {
    const { client, engine, writeTimeoutMs } = this.#options;
    const buffer = new Uint8Array(bufferBytes);
    for (let read = await engine.read(buffer); read !== null; read = await engine.read(buffer)) {
      using _limit = this.#cutAfter(writeTimeoutMs, "write_timeout");
      await writeAll(client, buffer.subarray(0, read));
    }
    await client.closeWrite();
    this.#limit?.[Symbol.dispose]();
    if (!this.#closed) this.#limit = this.#options.clock.timer(lingerMs, () => this.close());
  }

  #endEngine(): void {
    if (this.#isEngineTold || this.#closed) return;
    this.#isEngineTold = true;
    this.#options.engine.closeWrite().catch(() => "the engine has ended first");
  }

  /** Replaces the limit in force. */
  #limitTo(delayMs: number, reason: RejectReason): void {
    this.#limit?.[Symbol.dispose]();
    this.#limit = this.#cutAfter(delayMs, reason);
  }

  #cutAfter(delayMs: number, reason: RejectReason): Disposable {
    return this.#options.clock.timer(delayMs, () => {
      this.#options.onLimit(reason);
      this.close();
    });
  }
}

/** The first bytes of a connection: a whole head, as far as it fits, or what else it begins with. */
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
