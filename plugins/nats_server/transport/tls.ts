/**
 * TLS. By default INFO is sent unencrypted and the client then starts the handshake, as the protocol requires; with
 * `handshakeFirst` TLS comes before INFO. Certificates can be replaced while the server runs; new connections use
 * the new ones.
 *
 * `Deno.startTls` supports clients only, so a TLS server uses `node:net`, adapted to {@linkcode Transport}. This
 * path copies each chunk once more than plain TCP does.
 *
 * @module
 */
import { createServer, type Server, type Socket } from "node:net";
import {
  createServer as createTlsServer,
  type Server as TlsServer,
  type TLSSocket,
} from "node:tls";
import {
  certificateOptions,
  type Clock,
  type ServerCertificates,
  SocketReader,
} from "../../../core/mod.ts";
import type { ClientCertificate } from "../security/mod.ts";
import { fingerprints, readCertificate } from "./certificate.ts";
import type { Acceptor, Handshake, TlsSession, Transport } from "./transport.ts";

/** Certificates of a server, as PEM text, and how clients begin TLS. */
export interface NatsTlsOptions extends ServerCertificates {
  /**
   * Whether TLS comes before INFO: never, always, or if the client begins it within so many milliseconds; otherwise INFO
   * comes first. Default false.
   */
  readonly handshakeFirst?: boolean | number;
  /** Whether clients may also stay without TLS; INFO then says that TLS is available. Default false. */
  readonly allowNonTls?: boolean;
}

/** Current TLS settings of a server; a reload replaces them. */
export class TlsContext {
  #options: NatsTlsOptions;
  /** Does not listen; it gets accepted sockets, because only a TLS server can verify client certificates. */
  #server: TlsServer;
  readonly #pending = new Map<string, (socket: TLSSocket) => void>();
  #authorities: ReadonlySet<string>;

  /** @throws {TypeError} When certificate and key are not PEM or do not belong together. */
  constructor(options: NatsTlsOptions) {
    this.#options = options;
    this.#server = this.#newServer(options);
    this.#authorities = fingerprints(options.clientCa ?? "");
  }

  /** Whether a client certificate is required. */
  get verifiesClients(): boolean {
    return this.#options.clientCa !== undefined;
  }

  /** SHA-256 of the CA certificates of clients, in hexadecimal. */
  get authorities(): ReadonlySet<string> {
    return this.#authorities;
  }

  /** Whether TLS comes before INFO; a number is how many milliseconds the client has to begin it. */
  get handshakeFirst(): boolean | number {
    return this.#options.handshakeFirst ?? false;
  }

  /** Whether clients may stay without TLS. */
  get allowsNonTls(): boolean {
    return this.#options.allowNonTls ?? false;
  }

  /** What INFO says about TLS. */
  infoMembers(): { tls_available?: true; tls_required?: true; tls_verify?: true } {
    return {
      ...(this.allowsNonTls ? { tls_available: true } : { tls_required: true }),
      ...(this.verifiesClients ? { tls_verify: true } : {}),
    };
  }

  /**
   * Replaces the settings for new connections. When it throws, the previous ones stay. It makes a new TLS server,
   * because whether client certificates are requested is fixed when a TLS server is made.
   */
  replace(options: NatsTlsOptions): void {
    this.#server = this.#newServer(options);
    this.#options = options;
    this.#authorities = fingerprints(options.clientCa ?? "");
  }

  /** Performs the handshake on a socket; rejects when the socket closes before it is complete. */
  secure(socket: Socket): Promise<TLSSocket> {
    const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
    const key = socketKey(socket);
    this.#pending.set(key, resolve);
    socket.once("close", () => {
      this.#pending.delete(key);
      reject(new Error("the connection closed during the TLS handshake"));
    });
    this.#server.emit("connection", socket);
    return promise;
  }

  #newServer(options: NatsTlsOptions): TlsServer {
    const server = createTlsServer(certificateOptions(options));
    server.on("secureConnection", (socket: TLSSocket) => {
      const key = socketKey(socket);
      this.#pending.get(key)?.(socket);
      this.#pending.delete(key);
    });
    return server;
  }
}

function socketKey({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}:${remotePort}`;
}

/** Listens for connections that will use TLS. */
export async function listenTls(host: string, port: number, tls: TlsContext): Promise<Acceptor> {
  const arrived: Socket[] = [];
  let wake: (() => void) | null = null;
  let isOpen = true;
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    arrived.push(socket);
    wake?.();
  });
  await listening(server, host, port);
  return {
    port: (server.address() as { port: number }).port,
    async accept() {
      while (isOpen && arrived.length === 0) {
        await new Promise<void>((resolve) => wake = resolve);
      }
      const socket = arrived.shift();
      return socket === undefined ? null : new NodeTransport(socket, tls);
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      server.close();
      for (const socket of arrived.splice(0)) socket.destroy();
      wake?.();
    },
  };
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(asDenoError(error)));
    server.listen({ host, port }, () => resolve());
  });
}

/** Converts the two expected errors of listening to those of plain TCP. */
function asDenoError(error: Error): Error {
  const { code } = error as Error & { code?: string };
  if (code === "EADDRINUSE") return new Deno.errors.AddrInUse(error.message, { cause: error });
  if (code === "EADDRNOTAVAIL") {
    return new Deno.errors.AddrNotAvailable(error.message, { cause: error });
  }
  return error;
}

/** A `node:net` socket, first unencrypted, then TLS. */
class NodeTransport implements Transport, Handshake {
  readonly remote: { readonly hostname: string; readonly port: number };
  readonly #context: TlsContext;
  #socket: Socket;
  readonly #reader = new SocketReader();
  #session: TlsSession | null = null;

  constructor(socket: Socket, tls: TlsContext) {
    this.#socket = socket;
    this.#context = tls;
    this.remote = { hostname: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 };
    socket.setNoDelay(true);
    this.#follow(socket);
  }

  get tls(): TlsSession | null {
    return this.#session;
  }

  get handshake(): Handshake {
    return this;
  }

  async peek(limitMs: number, clock: Clock): Promise<number> {
    const socket = this.#socket;
    const { promise, resolve } = Promise.withResolvers<number>();
    const onData = (chunk: Uint8Array) => {
      socket.pause();
      socket.off("data", onData);
      socket.unshift(chunk);
      resolve(chunk[0]);
    };
    const onNothing = () => resolve(-1);
    using _ = clock.timer(limitMs, onNothing);
    socket.once("close", onNothing);
    socket.on("data", onData);
    socket.resume();
    const first = await promise;
    socket.pause();
    socket.off("data", onData);
    socket.off("close", onNothing);
    return first;
  }

  async upgrade(isFirst: boolean): Promise<void> {
    const { verifiesClients, authorities } = this.#context;
    const socket = await this.#context.secure(this.#socket);
    this.#socket = socket;
    this.#follow(socket);
    this.#reader.attach(socket);
    if (verifiesClients && !socket.authorized) {
      throw new Error(`certificate refused: ${socket.authorizationError}`);
    }
    const certificates = verifiesClients ? certificatesOf(socket, authorities) : [];
    this.#session = sessionOf(socket, isFirst, certificates);
  }

  stayPlain(): void {
    this.#reader.attach(this.#socket);
  }

  read(buffer: Uint8Array): Promise<number | null> {
    return this.#reader.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#reader.isEnded) {
        return reject(this.#reader.error ?? new Error("the connection is closed"));
      }
      // The callback of `write` may never be called after the socket is destroyed, so `close` settles it too.
      const settle = () => reject(new Error("the connection is closed"));
      this.#socket.once("close", settle);
      this.#socket.write(bytes, (error) => {
        this.#socket.off("close", settle);
        if (error) reject(error);
        else resolve(bytes.length);
      });
    });
  }

  close(): void {
    this.#reader.end();
    this.#socket.destroy();
  }

  #follow(socket: Socket): void {
    socket.on("error", (error: Error) => this.#reader.fail(error));
    socket.on("close", () => this.#reader.end());
  }
}

/**
 * The certificates that a client has sent, its own first. The runtime adds the CA certificate that verified them; a
 * client that sends it too is not recognised.
 */
function certificatesOf(
  socket: TLSSocket,
  authorities: ReadonlySet<string>,
): readonly ClientCertificate[] {
  const certificates: ClientCertificate[] = [];
  const known = new Set<string>();
  let next = socket.getPeerCertificate(true);
  // The issuer of the last certificate is itself.
  while (next?.raw !== undefined && !known.has(next.fingerprint256)) {
    known.add(next.fingerprint256);
    const certificate = readCertificate(next.raw);
    if (certificates.length > 0 && authorities.has(certificate.sha256)) break;
    certificates.push(certificate);
    next = next.issuerCertificate;
  }
  return certificates;
}

function sessionOf(
  socket: TLSSocket,
  isFirst: boolean,
  certificates: readonly ClientCertificate[],
): TlsSession {
  const version = (socket.getProtocol() ?? "").replace(/^TLSv1$/, "TLSv1.0").replace("TLSv", "");
  return { version, cipher: socket.getCipher().standardName, isFirst, certificates };
}
