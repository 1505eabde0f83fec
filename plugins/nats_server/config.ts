/**
 * The server's keys in section `nats`.
 *
 * @module
 */
import {
  type ConfigOf,
  duration,
  flag,
  integer,
  json,
  parseDuration,
  secret,
  size,
  text,
} from "../../core/mod.ts";
import type { NatsUser } from "./security/auth.ts";
import { defaultLimits, type NatsServerOptions } from "./options.ts";

/** A user as the operator writes it; checked further by {@linkcode authenticator}. */
type ConfiguredUser = NatsUser;

/** Strict shapes: a key that is misspelt must not silently give more rights. */
const userSchema: Parameters<typeof json<readonly ConfiguredUser[], never>>[0] = (z) => {
  const rules = z.strictObject({
    allow: z.array(z.string()).optional(),
    deny: z.array(z.string()).optional(),
  });
  const expires = z.string().transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined) return ms;
    context.addIssue({ code: "custom", message: "must be like 250ms, 5s or 2m" });
    return z.NEVER;
  });
  const responses = z.strictObject({ max: z.int().min(0).optional(), expires: expires.optional() })
    .transform(({ max, expires: expiresMs }) => ({ max, expiresMs }));
  const permissions = z.strictObject({
    publish: rules.optional(),
    subscribe: rules.optional(),
    allow_responses: z.union([z.boolean(), responses]).optional(),
  }).transform(({ publish, subscribe, allow_responses: allowResponses }) => ({
    publish,
    subscribe,
    allowResponses,
  })).optional();
  return z.array(z.union([
    z.strictObject({ user: z.string().min(1), password: z.string().min(1), permissions }),
    z.strictObject({ nkey: z.string().min(1), permissions }),
  ]));
};

/** Fields of the section; `plugins/nats` adds those of the client. */
export const natsServerFields = {
  embedded: flag({
    doc: "Run the embedded NATS server. Switch it off when all clients use an outside server.",
    default: true,
  }),
  host: text({
    doc: "Address the embedded server binds. Anything but loopback needs authentication or TLS.",
    default: "127.0.0.1",
  }),
  port: integer({
    doc: "Port the embedded server binds; 0 takes a free one.",
    default: 4222,
    min: 0,
    max: 65_535,
  }),
  allowInsecureBind: flag({
    doc: "Bind another address than loopback although anyone could connect.",
    default: false,
  }),
  maxPayloadBytes: size({
    doc: "Largest payload, headers included.",
    default: defaultLimits.maxPayloadBytes,
    min: 1,
    max: 64 * 1024 * 1024,
  }),
  maxControlLineBytes: size({
    doc: "Longest argument of a protocol line.",
    default: defaultLimits.maxControlLineBytes,
    min: 64,
    max: 64 * 1024,
  }),
  maxPendingBytes: size({
    doc: "Most bytes that may wait for one client; it is cut off beyond.",
    default: defaultLimits.maxPendingBytes,
    min: 4096,
    max: 2 ** 31,
  }),
  maxConnections: integer({
    doc: "Most connections at once.",
    default: defaultLimits.maxConnections,
    min: 1,
    max: 1_000_000,
  }),
  maxSubscriptions: integer({
    doc: "Most subscriptions of one client; 0 for as many as it likes.",
    default: defaultLimits.maxSubscriptions,
    min: 0,
    max: 10_000_000,
  }),
  pingIntervalMs: duration({
    doc: "Time between pings to a quiet client.",
    default: defaultLimits.pingIntervalMs,
    min: 1,
    max: 86_400_000,
  }),
  maxPingsOut: integer({
    doc: "Pings without an answer after which a client is stale.",
    default: defaultLimits.maxPingsOut,
    min: 1,
    max: 100,
  }),
  writeDeadlineMs: duration({
    doc: "Longest time a write to a client may make no progress before the client is cut off.",
    default: defaultLimits.writeDeadlineMs,
    min: 1,
    max: 3_600_000,
  }),
  token: secret({ doc: "Token that every client must show. Excludes `users`." }),
  users: json<readonly ConfiguredUser[], { doc: string; default: readonly ConfiguredUser[] }>(
    userSchema,
    {
      doc: "Users: `user` and `password` (plain or bcrypt), or `nkey`, each with `permissions`.",
      default: [],
    },
  ),
  usersFile: text({
    doc: "JSON file with a list as in `users`. Excludes `users` and `token`.",
  }),
  tlsCertFile: text({
    doc: "File with the server's certificate chain (PEM); clients must use TLS.",
  }),
  tlsKeyFile: text({ doc: "File with the key (PEM) of the certificate." }),
  tlsClientCaFile: text({
    doc: "File with the authorities (PEM) of client certificates, which are then required.",
  }),
  tlsHandshakeFirst: flag({ doc: "Clients start TLS before INFO.", default: false }),
  reloadIntervalMs: duration({
    doc: "Time between looks at the files of users and certificates; what changed is put in force.",
    default: 10_000,
    min: 100,
    max: 86_400_000,
  }),
};

/** The parsed section. */
export type NatsServerConfig = ConfigOf<typeof natsServerFields>;

/** Options of the server that the section asks for, without the credentials. */
export function serverOptions(config: NatsServerConfig): NatsServerOptions {
  const { host, port, allowInsecureBind } = config;
  const {
    maxPayloadBytes,
    maxControlLineBytes,
    maxPendingBytes,
    maxConnections,
    maxSubscriptions,
    pingIntervalMs,
    maxPingsOut,
    writeDeadlineMs,
  } = config;
  return {
    host,
    port,
    allowInsecureBind,
    limits: {
      maxPayloadBytes,
      maxControlLineBytes,
      maxPendingBytes,
      maxConnections,
      maxSubscriptions,
      pingIntervalMs,
      maxPingsOut,
      writeDeadlineMs,
    },
  };
}
