/**
 * The byte streams under connections: plain TCP on `Deno.listen`, TLS on `node:net` and `node:tls`. Only this folder
 * touches the runtime's sockets. The TLS code is loaded when TLS is configured.
 *
 * @module
 */
export { loadTls, openAcceptor } from "./open_acceptor.ts";
export type { NatsTlsOptions, TlsContext } from "./tls.ts";
export {
  type Acceptor,
  type Handshake,
  shakeHands,
  type TlsSession,
  type Transport,
} from "./transport.ts";
