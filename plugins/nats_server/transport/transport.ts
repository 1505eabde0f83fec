/**
 * The byte stream under a connection. The runtime is touched here and in `tls.ts` only.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";

/** A connected peer. `Deno.Conn` has this shape; TLS sockets are fitted to it. */
export interface Transport {
  /** Address of the peer. */
  readonly remote: { readonly hostname: string; readonly port: number };
  /** Distinguished name of the verified client certificate, when there is one. */
  readonly certificateSubject: string | null;
  /** Reads into `buffer`; the number of bytes, or `null` at the end of the stream. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes some of `bytes`; the number of bytes taken. */
  write(bytes: Uint8Array): Promise<number>;
  /** Turns the connection into TLS; absent where there is none to turn into. */
  upgrade?(): Promise<void>;
  /** Ends both directions at once. Idempotent. */
  close(): void;
}

/** Where connections come from. */
export interface Acceptor {
  /** The port in use. */
  readonly port: number;
  /** The next peer, or `null` once closed. */
  accept(): Promise<Transport | null>;
  /** Accepts no more. Idempotent. */
  close(): void;
}

/** Turns a connection into TLS; rejects when that fails or takes longer than `limitMs`. */
export async function shakeHands(
  transport: Transport,
  limitMs: number,
  clock: Clock,
): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const tooLate = () => reject(new Error(`no TLS handshake within ${limitMs} ms`));
  using _ = clock.timer(limitMs, tooLate);
  await Promise.race([promise, transport.upgrade?.()]);
}

/** Plain TCP. The fast way: reads go into the connection's own buffer. */
export function listenTcp(host: string, port: number): Acceptor {
  const listener = Deno.listen({ hostname: host, port });
  let open = true;
  return {
    port: (listener.addr as Deno.NetAddr).port,
    async accept() {
      try {
        return tcpTransport(await listener.accept());
      } catch (error) {
        if (!open) return null;
        throw error;
      }
    },
    close() {
      if (!open) return;
      open = false;
      listener.close();
    },
  };
}

function tcpTransport(conn: Deno.TcpConn): Transport {
  let open = true;
  const { hostname, port } = conn.remoteAddr as Deno.NetAddr;
  return {
    remote: { hostname, port },
    certificateSubject: null,
    read: (buffer) => conn.read(buffer),
    write: (bytes) => conn.write(bytes),
    close() {
      if (!open) return;
      open = false;
      conn.close();
    },
  };
}
