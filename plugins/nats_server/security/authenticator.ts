/**
 * The interface between connections and authentication.
 *
 * @module
 */
import type { Guard } from "./guard.ts";
import type { NatsPermissions } from "./permissions.ts";

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
  /** Subject of the verified client certificate; `null` without one. */
  readonly certificateSubject: string | null;
}

/** An authenticated client. */
export interface Principal {
  /** Name for logs and monitoring; never a secret. */
  readonly name: string;
  /** Permissions; `null` when everything is allowed. */
  readonly guard: Guard | null;
  /** Permissions as configured, for user information. Absent when everything is allowed. */
  readonly permissions?: NatsPermissions;
}

/** Decides which clients may connect. */
export interface Authenticator {
  /** Whether a client must send CONNECT with credentials before any other operation. */
  readonly required: boolean;
  /** Whether INFO contains a nonce for the client to sign. */
  readonly needsNonce: boolean;
  /** The principal, or `null` to refuse the client. A promise where the check is slow (bcrypt, signatures). */
  authenticate(credentials: Credentials): Principal | null | Promise<Principal | null>;
}

/** Accepts every client. */
export const noAuthentication: Authenticator = Object.freeze({
  required: false,
  needsNonce: false,
  authenticate: () => ({ name: "", guard: null }),
});
