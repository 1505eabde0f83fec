/**
 * TLS of a port: the certificates of today, and the bound on handshakes. A handshake costs much more than a request and
 * needs no credentials, so only a few are in progress at a time; when one more begins, the oldest gives way. Its time
 * is bounded by the header timeout of the connection.
 *
 * @module
 */
import type { ConnectionLimit } from "../http_stats.ts";
import type { ClientStream, Tls } from "./client_stream.ts";

/** Handshakes in progress at most. */
const maxHandshakes = 64;

/** TLS of a port; `replace` sets and changes the certificates. */
export class TlsPort {
  /** Whether clients without TLS are refused. */
  readonly isRequired: boolean;
  #tls: Tls | undefined;
  /** One function for each handshake in progress, the oldest first; it closes the connection. */
  readonly #handshakes = new Set<() => void>();

  constructor(isRequired: boolean) {
    this.isRequired = isRequired;
  }

  /** Sets what new handshakes use; undefined refuses them. */
  replace(tls: Tls | undefined): void {
    this.#tls = tls;
  }

  /**
   * Performs a handshake. Returns the reason when there is no TLS or the handshake fails.
   *
   * @param onEvict Called when the handshake gives way to a newer one.
   */
  async secure(
    client: Deno.TcpConn,
    firstBytes: Uint8Array,
    onEvict: () => void,
  ): Promise<ClientStream | ConnectionLimit> {
    if (!this.#tls) return "tls_unavailable";
    if (this.#handshakes.size >= maxHandshakes) {
      const [oldest] = this.#handshakes;
      this.#handshakes.delete(oldest);
      oldest();
    }
    this.#handshakes.add(onEvict);
    try {
      return await this.#tls.secure(client, firstBytes);
    } catch {
      // What failed is the client's side; any scanner can cause it, so it is counted and not logged.
      return "tls_handshake_failed";
    } finally {
      this.#handshakes.delete(onEvict);
    }
  }
}
