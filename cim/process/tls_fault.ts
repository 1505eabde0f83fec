/** How messages of TLS faults that a peer caused begin; they are those of rustls. */
const peerFaults =
  /^(received fatal alert: |received corrupt message|received unexpected (handshake )?message|peer is incompatible|peer misbehaved|peer sent no certificates|peer closed connection without sending TLS close_notify|invalid peer certificate|tls handshake eof)/i;

/**
 * Whether an uncaught error is a TLS fault of one peer, such as a client that rejects the certificate. The runtime
 * can raise these outside of any promise; they concern one connection, so the process continues.
 */
export function isTlsFaultOfPeer(error: unknown): boolean {
  return error instanceof Error && peerFaults.test(error.message);
}
