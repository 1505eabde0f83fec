/**
 * Authentication and permissions. It decides who may connect and what a connection may do; it reads no sockets.
 *
 * @module
 */
export { authenticator, type AuthOptions, type NatsUser } from "./auth.ts";
export {
  type AuthenticationOptions,
  type AuthenticationOutcome,
  type Authenticator,
  type ClientCertificate,
  type Credentials,
  noAuthentication,
  type Principal,
} from "./authenticator.ts";
export {
  type DistinguishedName,
  goText,
  type NameAttribute,
  type RelativeName,
  shortNames,
} from "./distinguished_name.ts";
export type { Guard } from "./guard.ts";
export { randomId, randomNonce } from "./ids.ts";
export type { NatsPermissions, ResponseRules, SubjectRules } from "./permissions.ts";
