import type { Tls, TlsOptions } from "./client_stream.ts";

/**
 * TLS with these certificates. The code is loaded only here, because loading `node:tls` would delay every start.
 *
 * @throws {TypeError} When the certificates are unusable.
 */
export async function loadTls(options: TlsOptions): Promise<Tls> {
  const { serverTls } = await import("./server_tls.ts");
  return serverTls(options);
}
