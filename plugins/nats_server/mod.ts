/**
 * The embedded NATS server: core NATS for clients of any language, and a door for subscribers and
 * publishers of this process that costs no socket and no copy.
 *
 * What it refuses to do: clusters, leaf nodes, gateways, accounts, JetStream, WebSocket and MQTT (point
 * `nats.url` to a real cluster for those); binding anything but loopback while everyone could connect;
 * dropping a message silently; keeping any state outside the {@linkcode NatsServer} object.
 *
 * Where to begin reading: `parser.ts` (bytes to verbs), `connection.ts` (verbs to actions), `router.ts`
 * (a message to everyone who gets it), `output.ts` (bytes to a client).
 *
 * @module
 */
export { authenticator, type AuthOptions, type NatsUser } from "./security/auth.ts";
export type { Authenticator, Credentials, Principal } from "./security/authenticator.ts";
export { natsServerErrors } from "./errors.ts";
export { natsServer, natsServerToken } from "./plugin.ts";
export type { SubjectFamily } from "./monitoring/families.ts";
export type { MessageView } from "./protocol/frame.ts";
export type { Guard } from "./security/guard.ts";
export type { InProcessHandler, InProcessSubscription } from "./routing/in_process.ts";
export {
  type ConnzOptions,
  type ConnzSort,
  connzSorts,
  type Monitor,
  type Report,
} from "./monitoring/monitoring.ts";
export { defaultLimits, type NatsLimits, type NatsServerOptions } from "./options.ts";
export { compatibleVersion, NatsServer } from "./server.ts";
export type { NatsPermissions, ResponseRules, SubjectRules } from "./security/permissions.ts";
export type { CloseReason, NatsServerStats, ViolationKind } from "./stats.ts";
export type { NatsTlsOptions } from "./transport/tls.ts";
