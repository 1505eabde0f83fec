/**
 * The byte stream under a connection. Only this file and `tls.ts` use the runtime's sockets.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import type { ClientCertificate } from "../security/mod.ts";

/** A TLS session. */
export interface TlsSession {
  /** Version such as `1.3`. */
  readonly version: string;
  /** Name of the cipher suite. */
  readonly cipher: string;
  /** Whether the handshake came before INFO. */
  readonly isFirst: boolean;
  /** Verified certificates that the client has sent, its own first. */
  readonly certificates: readonly ClientCertificate[];
}

/** The beginning of a transport that may use TLS. */
export interface Handshake {
  /** Waits for input of the peer, at most `limitMs`, without taking it. Returns the first byte; -1 without input. */
  peek(limitMs: number, clock: Clock): Promise<number>;
  /** Performs the TLS handshake. */
  upgrade(isFirst: boolean): Promise<void>;
  /** Continues without TLS. */
  stayPlain(): void;
}

/** A connected peer. `Deno.Conn` almost has this shape; TLS sockets are adapted to it. */
export interface Transport {
  /** Address of the peer. */
  readonly remote: { readonly hostname: string; readonly port: number };
  /** The TLS session; `null` before the handshake and without TLS. */
  readonly tls: TlsSession | null;
  /** Reads into `buffer`. Returns the number of bytes, or `null` at the end of the stream. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes`. Returns the number of bytes accepted. */
  write(bytes: Uint8Array): Promise<number>;
  /** What TLS needs; absent without TLS. */
  readonly handshake?: Handshake;
  /** Closes both directions. Idempotent. */
  close(): void;
}

/** Accepts connections on a port. */
export interface Acceptor {
  /** The bound port. */
  readonly port: number;
  /** Waits for the next peer; `null` when closed. */
  accept(): Promise<Transport | null>;
  /** Stops listening. Idempotent. */
  close(): void;
}

/** Performs the TLS handshake; rejects when it fails or takes longer than `limitMs`. */
export async function shakeHands(
  handshake: Handshake,
  { isFirst, limitMs, clock }: { isFirst: boolean; limitMs: number; clock: Clock },
): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const tooLate = () => reject(new Error(`the TLS handshake took longer than ${limitMs} ms`));
  using _ = clock.timer(limitMs, tooLate);
  await Promise.race([promise, handshake.upgrade(isFirst)]);
}

/** Listens for plain TCP. Reads go directly into the connection's own buffer. */
export function listenTcp(host: string, port: number): Acceptor {
  const listener = Deno.listen({ hostname: host, port });
  let isOpen = true;
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async accept() {
      try {
        return tcpTransport(await listener.accept());
      } catch (error) {
        if (!isOpen) return null;
        throw error;
      }
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      listener.close();
    },
  };
}

function tcpTransport(conn: Deno.TcpConn): Transport {
  let isOpen = true;
  const { hostname, port } = conn.remoteAddr as Deno.NetAddr;
  return {
    remote: { hostname, port },
    tls: null,
    read: (buffer) => conn.read(buffer),
    write: (bytes) => conn.write(bytes),
    close() {
      if (!isOpen) return;
      isOpen = false;
      conn.close();
    },
  };
}
