import type { ServerCertificates } from "../../../core/mod.ts";
import type { Tls } from "./client_stream.ts";

/**
 * TLS with these certificates. The code is loaded only here, because loading `node:tls` would delay every start.
 *
 * @throws {TypeError} When the certificates are unusable.
 */
export async function loadTls(certificates: ServerCertificates): Promise<Tls> {
  const { serverTls } = await import("./server_tls.ts");
  return serverTls(certificates);
}
