/**
 * The interface between connections and authentication.
 *
 * @module
 */
import type { DistinguishedName } from "./distinguished_name.ts";
import type { Guard } from "./guard.ts";
import type { NatsPermissions } from "./permissions.ts";

/** A verified certificate of a client. */
export interface ClientCertificate {
  /** The subject as text, the most specific part first: `CN=app,O=example`. */
  readonly subject: string;
  /** The subject. */
  readonly name: DistinguishedName;
  /** Email addresses in the subject alternative names. */
  readonly emails: readonly string[];
  /** DNS names in the subject alternative names. */
  readonly dnsNames: readonly string[];
  /** URIs in the subject alternative names. */
  readonly uris: readonly string[];
  /** SHA-256 of the public key (SubjectPublicKeyInfo), in hexadecimal. */
  readonly publicKeySha256: string;
  /** SHA-256 of the certificate, in hexadecimal. */
  readonly sha256: string;
}

/** Credentials of a client, from its CONNECT. */
export interface Credentials {
  /** User name; "" when absent. */
  readonly user: string;
  /** Password; "" when absent. */
  readonly pass: string;
  /** Token; "" when absent. */
  readonly token: string;
  /** Public nkey; "" when absent. */
  readonly nkey: string;
  /** Signature of the nonce in base64; "" when absent. */
  readonly signature: string;
  /** Nonce from the INFO of this connection. */
  readonly nonce: string;
  /** The verified client certificate; `null` without one. */
  readonly certificate: ClientCertificate | null;
}

/** An authenticated client. */
export interface Principal {
  /** Name for logs and monitoring; never a secret. */
  readonly name: string;
  /** Permissions; `null` when everything is allowed. */
  readonly guard: Guard | null;
  /** Permissions as configured, for user information. Absent when everything is allowed. */
  readonly permissions?: NatsPermissions;
  /** Whether the name comes from the client certificate, whatever the client calls itself. Default false. */
  readonly isMapped?: boolean;
}

/**
 * Result of an authentication: the client, `null` when its credentials are wrong, or `busy` when they were not checked,
 * because too many checks are pending; the client should try again.
 */
export type AuthenticationOutcome = Principal | null | "busy";

/** Circumstances of an authentication, for limits of slow checks. */
export interface AuthenticationOptions {
  /** Address of the client. Default: "". */
  readonly peer?: string;
  /** Whether a connected client is checked again after a reload; it is never refused as busy. Default false. */
  readonly isRecheck?: boolean;
}

/** Decides which clients may connect. */
export interface Authenticator {
  /** Whether a client must send CONNECT with credentials before any other operation. */
  readonly required: boolean;
  /** Whether INFO contains a nonce for the client to sign. */
  readonly needsNonce: boolean;
  /** The outcome; a promise where the check is slow (bcrypt, signatures). */
  authenticate(
    credentials: Credentials,
    options?: AuthenticationOptions,
  ): AuthenticationOutcome | Promise<AuthenticationOutcome>;
  /**
   * Ends what the checks need, for example a worker; pending ones end as busy. The server calls it when it closes, and
   * when a reload has replaced the authenticator. A later check starts it again. Idempotent.
   */
  close?(): void;
}

/** Accepts every client. */
export const noAuthentication: Authenticator = Object.freeze({
  required: false,
  needsNonce: false,
  authenticate: () => ({ name: "", guard: null }),
});
