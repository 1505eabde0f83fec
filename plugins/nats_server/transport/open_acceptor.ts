/**
 * Opens the port of a server, with or without TLS.
 *
 * @module
 */
import { listenError } from "../errors.ts";
import type { NatsTlsOptions, TlsContext } from "./tls.ts";
import { type Acceptor, listenTcp } from "./transport.ts";

/**
 * TLS settings from options. The TLS code is loaded only here, because loading it takes longer than the rest of the
 * start.
 *
 * @throws {TypeError} When the certificates are unusable.
 */
export async function loadTls(options: NatsTlsOptions): Promise<TlsContext> {
  const { TlsContext } = await import("./tls.ts");
  return new TlsContext(options);
}

/**
 * Opens the port of a server.
 *
 * @throws {AgentError} `address_in_use` or `nats_address_unavailable`.
 */
export async function openAcceptor(
  host: string,
  port: number,
  tls: TlsContext | null,
): Promise<Acceptor> {
  try {
    if (tls === null) return listenTcp(host, port);
    const { listenTls } = await import("./tls.ts");
    return await listenTls(host, port, tls);
  } catch (error) {
    throw listenError(host, port, error);
  }
}
