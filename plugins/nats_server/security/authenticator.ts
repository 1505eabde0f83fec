/**
 * How a connection asks who is there.
 *
 * @module
 */
import type { Guard } from "./guard.ts";

/** What a client shows. */
export interface Credentials {
  /** User name; "" when none. */
  readonly user: string;
  /** Password; "" when none. */
  readonly pass: string;
  /** Token; "" when none. */
  readonly token: string;
  /** Public nkey; "" when none. */
  readonly nkey: string;
  /** Signature of the nonce, base64; "" when none. */
  readonly signature: string;
  /** The nonce of this connection's INFO. */
  readonly nonce: string;
  /** Subject of the verified client certificate, when there is one. */
  readonly certificateSubject: string | null;
}

/** Somebody known. */
export interface Principal {
  /** Name for logs and monitoring; never a secret. */
  readonly name: string;
  /** What it may do; `null` for everything. */
  readonly guard: Guard | null;
}

/** Decides who may come in. */
export interface Authenticator {
  /** Whether a client must send CONNECT with credentials before anything else. */
  readonly required: boolean;
  /** Whether INFO carries a nonce to sign. */
  readonly needsNonce: boolean;
  /** The principal, or `null` to refuse. A promise where checking takes long (bcrypt). */
  authenticate(credentials: Credentials): Principal | null | Promise<Principal | null>;
}

/** Lets everyone in. */
export const openDoor: Authenticator = Object.freeze({
  required: false,
  needsNonce: false,
  authenticate: () => ({ name: "", guard: null }),
});
