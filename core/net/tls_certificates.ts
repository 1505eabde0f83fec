/**
 * Certificates of a TLS server, checked before they are used.
 *
 * @module
 */
import { describeError } from "../errors/mod.ts";
import { builtin, fromBase64 } from "../runtime/mod.ts";

/** Certificates of a server, as PEM text. */
export interface ServerCertificates {
  /** Certificate chain. */
  readonly cert: string;
  /** Private key. */
  readonly key: string;
  /** CA certificates of clients. When set, every TLS client must present a certificate that one of them signed. */
  readonly clientCa?: string;
}

/** The options of a server of `node:tls` for {@linkcode ServerCertificates}. */
export interface CertificateOptions {
  /** Certificate chain, PEM. */
  readonly cert: string;
  /** Private key, PEM. */
  readonly key: string;
  /** CA certificates of clients, PEM. */
  readonly ca?: string;
  /** Whether clients are asked for a certificate. */
  readonly requestCert?: boolean;
  /** Whether clients without a valid certificate are refused. */
  readonly rejectUnauthorized?: boolean;
}

/**
 * Checks the certificates, all of `clientCa` included: the runtime would report an error only at the first handshake, and
 * of a text with several certificates it reads the first only.
 *
 * @throws {TypeError} When they are not PEM or do not belong together.
 */
export function certificateOptions(
  { cert, key, clientCa }: ServerCertificates,
): CertificateOptions {
  const { createPrivateKey, X509Certificate } = builtin("node:crypto");
  try {
    const matches = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
    if (!matches) throw new TypeError("the key does not belong to the certificate");
    if (clientCa === undefined) return { cert, key };
    const authorities = derCertificates(clientCa);
    for (const authority of authorities) new X509Certificate(authority);
    if (authorities.length === 0) new X509Certificate(clientCa);
  } catch (cause) {
    throw new TypeError(`Cannot use the TLS certificates: ${describeError(cause)}`, { cause });
  }
  return { cert, key, ca: clientCa, requestCert: true, rejectUnauthorized: true };
}

/**
 * The certificates of a PEM text as DER.
 *
 * @throws {SyntaxError} When one of them is not base64.
 */
export function derCertificates(pem: string): Uint8Array<ArrayBuffer>[] {
  const blocks = pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g);
  return Array.from(blocks, ([, base64]) => fromBase64(base64));
}
