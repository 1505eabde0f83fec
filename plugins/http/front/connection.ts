/**
 * One client connection: copies bytes between the client and the inner server, and applies the time limits that the
 * inner server does not have. The connection to the inner server is opened when the first head is complete.
 *
 * A connection without a request in progress must bring one: within the header timeout after it was opened, within
 * the idle timeout after its last answer. Only a complete header makes a request, so a client that sends its header
 * byte by byte does not extend the limit. A response is aborted when the client reads nothing for the write timeout.
 *
 * @module
 */
import type { Clock, Logger } from "../../../core/mod.ts";
import type { Peer } from "../api.ts";
import type { ConnectionLimit } from "../http_stats.ts";
import type { BufferPool } from "./buffer_pool.ts";
import { type ClientStream, tlsFirstByte } from "./client_stream.ts";
import { declineUpgrade, isUnfinishedHead } from "./decline_upgrade.ts";
import { answerBytes, parseRequest } from "./direct_answer.ts";
import type { RequestHandler } from "./exchange.ts";
import type { InnerClient, InnerServer } from "./inner_server.ts";
import { refuse, tlsRequired, tooManyConnections } from "./refuse.ts";
import type { TlsPort } from "./tls_port.ts";
import { watchAnswer } from "./watch_answer.ts";

/** Limits of a connection, in milliseconds. */
export interface ConnectionLimits {
  readonly headerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly writeTimeoutMs: number;
}

/** What a connection is made from. */
export interface ConnectionOptions {
  readonly client: Deno.TcpConn;
  /** TLS of the port. */
  readonly tls: TlsPort;
  readonly peer: Peer;
  readonly limits: ConnectionLimits;
  readonly handler: RequestHandler;
  readonly inner: InnerServer;
  readonly buffers: BufferPool;
  /** Whether the server has no room left: one probe is answered, without the inner server. */
  readonly isProbeOnly: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether as many requests are unread as may be, over all connections. */
  readonly isFull: () => boolean;
  /** Called when the connection starts or stops being without a request in progress. */
  readonly onIdle: (isIdle: boolean) => void;
  /** Called when the client stops reading for a second, and when it reads again. */
  readonly onStalled: (isStalled: boolean) => void;
  /** Called at most once, when the connection is closed because of a limit, with that limit. */
  readonly onLimit: (limit: ConnectionLimit) => void;
  /** Called once, when the connection is closed. */
  readonly onClose: () => void;
}

/** Unread requests that a connection may add to when the server is full; with more it is closed. */
const maxUnreadWhenFull = 8;

/** A client that reads nothing for this long counts as stalled. */
const stalledAfterMs = 1_000;

/** How long a client may go on sending after the inner server has closed, so that it can read the last answer. */
const lingerMs = 1_000;

/** A connection from accept to close. */
export class Connection implements InnerClient, Disposable {
  readonly #options: ConnectionOptions;
  readonly #ended = new AbortController();
  /** One function for each request in progress; it ends the request when the connection ends. */
  readonly #inProgress = new Set<() => void>();
  /** The bytes of requests and answers: the accepted connection, or TLS on it. */
  #client: ClientStream;
  #backend: Deno.TcpConn | undefined;
  #limit: Disposable | undefined;
  #isBackendEnded = false;
  /** Whether the inner server has accepted the connection: a request or an answer has come from it. */
  #isAccepted = false;
  #isHttp2 = false;
  #isTls = false;
  #isDraining = false;
  #isClosed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#setLimit(options.limits.headerTimeoutMs, "header_timeout");
  }

  /**
   * Passes a request to the handler; it is in progress until `sent` settles. Returns the handler's answer, or an empty
   * one when the connection ends first, because the inner server would wait forever for a handler that never returns.
   */
  serve(request: Request, sent: Promise<void>): Promise<Response> {
    const { handler, peer, limits, clock, isProbeOnly, isFull, onIdle } = this.#options;
    // Even a refusal is held until it is read, and a client of HTTP/2 can leave hundreds unread.
    if (this.#inProgress.size >= maxUnreadWhenFull && isFull()) this.#closeFor("unread_limit");
    this.#isAccepted = true;
    const { promise: answer, resolve: onAnswer, reject: onFailure } = Promise.withResolvers<
      Response
    >();
    const { promise: completed, resolve: onCompleted } = Promise.withResolvers<void>();
    const end = () => {
      onAnswer(new Response(null, { status: 503 }));
      onCompleted();
    };
    this.#limit?.[Symbol.dispose]();
    this.#inProgress.add(end);
    onIdle(false);
    sent.then(onCompleted, onCompleted);
    completed.then(() => {
      this.#inProgress.delete(end);
      if (this.#inProgress.size > 0 || this.#isClosed) return;
      onIdle(true);
      this.#setLimit(limits.idleTimeoutMs, "idle_timeout");
      if (this.#isDraining) this.endIfIdle();
    });
    if (this.#isClosed) end();
    const watch = {
      clock,
      timeoutMs: limits.writeTimeoutMs,
      isHttp2: this.#isHttp2,
      onStall: () => this.#closeFor("write_timeout"),
    };
    const { signal } = this.#ended;
    handler(request, { peer, signal, completed, isProbeOnly })
      .then((response) => onAnswer(watchAnswer(response, completed, watch)))
      .catch(onFailure);
    return answer;
  }

  /** Serves the client until both sides have ended. Never rejects: a broken connection is a closed one. */
  async run(): Promise<void> {
    const { client, buffers, onIdle } = this.#options;
    const buffer = buffers.take();
    try {
      const have = await this.#begin(buffer, await client.read(buffer) ?? 0);
      if (have === undefined) return;
      const head = await readHead(this.#client, buffer, have);
      if (head.length === 0) return;
      this.#isHttp2 = head[0] === 0x50 && head[1] === 0x52 && head[2] === 0x49;
      const request = parseRequest(head);
      // A request that waits for the inner server does not give way.
      if (request) onIdle(false);
      const backend = await this.#connect();
      if (backend) return await this.#proxy(backend, declineUpgrade(head), request, buffer);
      if (!request) return await refuse(this.#client, tooManyConnections);
      await this.#answerDirectly(request);
      while (await this.#client.read(buffer) !== null);
    } catch {
      // One side has broken the connection, or a limit has closed it. The other side notices the end of it.
    } finally {
      this.close();
      buffers.give(buffer);
    }
  }

  /**
   * Accepts no further request if none is in progress. An answer that is on its way still reaches the client:
   * nothing is cut; the inner server gets the end of input and closes its side. Does nothing during a request,
   * after which the inner server closes the connection.
   */
  endIfIdle(): void {
    if (this.#inProgress.size > 0) return;
    if (this.#backend) this.#endBackend();
    else this.close();
  }

  /** Ends a TLS connection as soon as no request is in progress, because the certificate has been replaced. */
  drainTls(): void {
    if (!this.#isTls) return;
    this.#isDraining = true;
    this.endIfIdle();
  }

  /** Closes the connection because its place is needed, for the reason given. */
  evict(reason: "idle_evicted" | "stalled_evicted"): void {
    this.#closeFor(reason);
  }

  /** Closes both sides at once. May be called twice. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#limit?.[Symbol.dispose]();
    // TLS first: it reads from the connection.
    if (this.#isTls) this.#client.close();
    this.#options.client.close();
    if (this.#backend) {
      this.#options.inner.release(this.#backend, this);
      this.#backend.close();
    }
    this.#ended.abort();
    for (const end of this.#inProgress) end();
    this.#options.onClose();
  }

  /** The same as {@linkcode close}. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Starts TLS if the first bytes ask for it. Returns how many bytes of the request are in the buffer; undefined when
   * the connection is refused.
   */
  async #begin(buffer: Uint8Array, have: number): Promise<number | undefined> {
    const { client, tls, onLimit } = this.#options;
    if (have === 0) return undefined;
    if (buffer[0] !== tlsFirstByte) {
      if (!tls.isRequired) return have;
      onLimit("tls_required");
      await refuse(client, tlsRequired);
      // The client may still send; without reading on, the system would reset the connection and the answer with it.
      this.#linger();
      while (await client.read(buffer) !== null);
      return undefined;
    }
    const onEvict = () => this.#closeFor("handshake_evicted");
    const secured = await tls.secure(client, buffer.slice(0, have), onEvict);
    if (typeof secured === "string") {
      if (!this.#isClosed) onLimit(secured);
      return undefined;
    }
    this.#client = secured;
    this.#isTls = true;
    if (!this.#isClosed) return 0;
    secured.close();
    return undefined;
  }

  /** A connection to the inner server; undefined when the request must be answered without it. */
  async #connect(): Promise<Deno.TcpConn | undefined> {
    const { inner, client, isProbeOnly, log } = this.#options;
    if (isProbeOnly) return undefined;
    let backend: Deno.TcpConn;
    try {
      backend = await inner.connect(this);
    } catch (error) {
      log.warn("Cannot connect to the inner HTTP server", { error });
      return undefined;
    }
    this.#backend = backend;
    if (this.#isClosed) {
      inner.release(backend, this);
      backend.close();
      throw new Deno.errors.BadResource("The connection was closed in the meantime");
    }
    client.setNoDelay();
    client.setKeepAlive();
    backend.setNoDelay();
    return backend;
  }

  async #proxy(
    backend: Deno.TcpConn,
    head: Uint8Array,
    request: Request | undefined,
    buffer: Uint8Array,
  ): Promise<void> {
    const end = () => this.close();
    const onBackendEnd = (error: unknown) => this.#onBackendEnd(request, error);
    await Promise.all([
      this.#copyToBackend(backend, head, buffer).catch(end),
      this.#copyToClient(backend).then(() => onBackendEnd(undefined), onBackendEnd).catch(end),
    ]);
  }

  /**
   * Closes the connection after the inner server has ended it. An inner server that ends before it accepts the
   * connection has read nothing, so a GET or HEAD request is answered without it.
   */
  async #onBackendEnd(request: Request | undefined, error: unknown): Promise<void> {
    if (request && !this.#isAccepted && !this.#isBackendEnded) {
      return await this.#answerDirectly(request);
    }
    if (error !== undefined) throw error;
    await this.#client.closeWrite();
    this.#linger();
  }

  async #copyToBackend(
    backend: Deno.TcpConn,
    head: Uint8Array,
    buffer: Uint8Array,
  ): Promise<void> {
    const { limits } = this.#options;
    const client = this.#client;
    let isOpen = await writeAll(backend, head).then(yes, no);
    for (let read = await client.read(buffer); read !== null; read = await client.read(buffer)) {
      // After the backend has closed, the client's bytes are read and discarded, so that it can read its last answer.
      if (isOpen) isOpen = await writeAll(backend, buffer.subarray(0, read)).then(yes, no);
    }
    if (!isOpen) return;
    this.#endBackend();
    this.#ended.abort();
    if (!this.#isClosed) this.#setLimit(limits.idleTimeoutMs, "idle_timeout");
  }

  async #copyToClient(backend: Deno.TcpConn): Promise<void> {
    const { buffers } = this.#options;
    const buffer = buffers.take();
    try {
      let read = await backend.read(buffer);
      for (; read !== null; read = await backend.read(buffer)) {
        this.#isAccepted = true;
        await this.#writeToClient(buffer.subarray(0, read));
      }
    } finally {
      buffers.give(buffer);
    }
  }

  async #answerDirectly(request: Request): Promise<void> {
    const { promise: sent, resolve: onSent } = Promise.withResolvers<void>();
    const response = await this.serve(request, sent);
    await this.#writeToClient(await answerBytes(response, request.method));
    onSent();
    await this.#client.closeWrite();
    this.#linger();
  }

  async #writeToClient(bytes: Uint8Array): Promise<void> {
    const { clock, limits: { writeTimeoutMs }, onStalled } = this.#options;
    let isStalled = false;
    let timer = clock.timer(Math.min(stalledAfterMs, writeTimeoutMs), () => {
      isStalled = true;
      const delayMs = Math.max(0, writeTimeoutMs - stalledAfterMs);
      timer = this.#closeAfter(delayMs, "write_timeout");
      onStalled(true);
    });
    try {
      await writeAll(this.#client, bytes);
    } finally {
      timer[Symbol.dispose]();
      if (isStalled) onStalled(false);
    }
  }

  /** Closes the connection soon, whether the client closes its side or not. */
  #linger(): void {
    this.#limit?.[Symbol.dispose]();
    if (!this.#isClosed) this.#limit = this.#options.clock.timer(lingerMs, () => this.close());
  }

  #endBackend(): void {
    if (this.#isBackendEnded || this.#isClosed) return;
    this.#isBackendEnded = true;
    // Fails if the inner server has closed first, which is the same outcome.
    this.#backend?.closeWrite().catch(() => {});
  }

  /** Replaces the current limit. */
  #setLimit(delayMs: number, limit: ConnectionLimit): void {
    this.#limit?.[Symbol.dispose]();
    this.#limit = this.#closeAfter(delayMs, limit);
  }

  #closeAfter(delayMs: number, limit: ConnectionLimit): Disposable {
    return this.#options.clock.timer(delayMs, () => this.#closeFor(limit));
  }

  #closeFor(limit: ConnectionLimit): void {
    if (this.#isClosed) return;
    this.#options.onLimit(limit);
    this.close();
  }
}

/**
 * The first bytes of a connection: a complete head if it fits the buffer, or what came before the input ended. The
 * buffer has the first `have` bytes already.
 */
async function readHead(
  client: ClientStream,
  buffer: Uint8Array,
  have: number,
): Promise<Uint8Array> {
  let seen = 0;
  while (have < buffer.length && isUnfinishedHead(buffer, seen, have)) {
    const read = await client.read(buffer.subarray(have));
    if (read === null) break;
    seen = have;
    have += read;
  }
  return buffer.subarray(0, have);
}

async function writeAll(to: ClientStream, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await to.write(bytes.subarray(written));
  }
}

const yes = () => true;
const no = () => false;
