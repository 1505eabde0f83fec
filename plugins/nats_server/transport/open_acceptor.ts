import { listenError } from "../errors.ts";
import type { NatsTlsOptions, TlsContext } from "./tls.ts";
import { type Acceptor, listenTcp } from "./transport.ts";

/** An open port, and the certificates in force there. */
export interface OpenAcceptor {
  /** The port. */
  readonly acceptor: Acceptor;
  /** Null where there is no TLS. */
  readonly tls: TlsContext | null;
}

/**
 * Opens the port of a server. What TLS takes is loaded only where TLS is used: it costs more than all the
 * rest of a start.
 *
 * @throws {AgentError} `address_in_use` or `nats_address_unavailable`.
 * @throws {Error} When the certificates are not usable.
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
