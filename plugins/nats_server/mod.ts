/**
 * The embedded NATS server: core NATS for clients of any language, and an in-process API without sockets or copies.
 *
 * What it does not have of nats-server: accounts, operators and JWT, clusters, gateways, leaf nodes, JetStream,
 * WebSocket, MQTT, subject `mappings`, `pinned_certs`, `allowed_connection_types`, `$SYS` requests other than
 * `$SYS.REQ.USER.INFO`, answers to message traces (a message that asks for a trace in place of its delivery is not
 * delivered), and monitoring pages other than `varz`, `connz`, `subsz` and `healthz` (set `nats.url` to an external
 * server if you need them). It binds nothing but loopback while everyone could connect, never drops a message silently,
 * and keeps all state in the {@linkcode NatsServer} object.
 *
 * Layers, each importing only those before it, type imports included:
 * `protocol` (bytes to operations) <- `subjects` (syntax, trie) <- `security` (authentication, permissions) <-
 * `routing` (message to receivers) <- `transport` (sockets) <- `connection` (one client) <- `monitoring` (reports,
 * metrics) <- `server.ts` <- `plugin.ts`. `stats.ts`, `options.ts` and `errors.ts` hold what several layers share.
 *
 * Where to begin reading: `protocol/parser.ts`, `connection/connection.ts`, `routing/router.ts`,
 * `connection/output.ts`.
 *
 * @module
 */
export { natsServerErrors } from "./errors.ts";
export {
  type ConnzOptions,
  type ConnzSort,
  connzSorts,
  type Monitor,
  type Report,
  type SubszOptions,
} from "./monitoring/mod.ts";
export { defaultLimits, type NatsLimits, type NatsServerOptions } from "./options.ts";
export { natsServer, type NatsServerPluginOptions, natsServerToken } from "./plugin.ts";
export type {
  InProcessHandler,
  InProcessSubscription,
  MessageView,
  SubjectFamily,
} from "./routing/mod.ts";
export {
  type AuthenticationOptions,
  type AuthenticationOutcome,
  type Authenticator,
  authenticator,
  type AuthOptions,
  type ClientCertificate,
  type Credentials,
  type DistinguishedName,
  type Guard,
  type NameAttribute,
  type NatsPermissions,
  type NatsUser,
  noAuthentication,
  type Principal,
  type RelativeName,
  type ResponseRules,
  type SubjectRules,
} from "./security/mod.ts";
export { compatibleVersion, type DeliveryCount, NatsServer, type ReloadOptions } from "./server.ts";
export type { CloseReason, NatsServerStats, ViolationKind } from "./stats.ts";
export type { NatsTlsOptions } from "./transport/mod.ts";
