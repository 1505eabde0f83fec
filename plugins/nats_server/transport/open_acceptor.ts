/**
 * Opens the port of a server, with or without TLS.
 *
 * @module
 */
import { listenError } from "../errors.ts";
import type { NatsTlsOptions, TlsContext } from "./tls.ts";
import { type Acceptor, listenTcp } from "./transport.ts";

/** An open port and its TLS settings. */
export interface OpenAcceptor {
  /** Accepts connections on the port. */
  readonly acceptor: Acceptor;
  /** `null` without TLS. */
  readonly tls: TlsContext | null;
}

/**
 * Opens the port of a server. The TLS code is loaded only when TLS is configured, because loading it takes longer
 * than the rest of the start.
 *
 * @throws {AgentError} `address_in_use` or `nats_address_unavailable`.
 * @throws {Error} When the certificates are unusable.
 */
export async function openAcceptor(
  host: string,
  port: number,
  options: NatsTlsOptions | undefined,
): Promise<OpenAcceptor> {
  const library = options && await import("./tls.ts");
  const tls = library ? new library.TlsContext(options!) : null;
  try {
    const acceptor = library ? await library.listenTls(host, port, tls!) : listenTcp(host, port);
    return { acceptor, tls };
  } catch (error) {
    throw listenError(host, port, error);
  }
}
