/**
 * Keys of the server in section `nats`.
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
import type { NatsUser } from "./security/mod.ts";
import { defaultLimits, type NatsServerOptions } from "./options.ts";

/** A configured user; {@linkcode authenticator} checks it further. */
type ConfiguredUser = NatsUser;

/** An empty path is a mistake, and not the same as none. */
const filePath = { pattern: /\S/, patternDoc: "must be the path of a file, or absent" };

/** Strict objects: a misspelt key must not silently give more rights. */
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
    z.strictObject({
      user: z.string().min(1),
      password: z.string().min(1).optional(),
      permissions,
    }),
    z.strictObject({ nkey: z.string().min(1), permissions }),
  ]));
};

/** How long a client may take to begin TLS before INFO is sent, with `auto`. */
const handshakeFallbackMs = 50;

const handshakeFirstSchema: Parameters<typeof json<boolean | number, never>>[0] = (z) =>
  z.union([
    z.boolean(),
    z.string().transform((text, context) => {
      const ms = text === "auto" ? handshakeFallbackMs : parseDuration(text);
      if (ms !== undefined && ms > 0) return ms;
      context.addIssue({ code: "custom", message: "must be true, false, auto or like 100ms" });
      return z.NEVER;
    }),
  ]);

/** Fields of the section; `plugins/nats` adds those of the client to the same section. */
export const natsServerFields = {
  embedded: flag({
    doc:
      "Whether to run the embedded NATS server. Disable it when all clients use an external server.",
    default: true,
  }),
  host: text({
    doc:
      "Address that the embedded server binds. An address other than loopback needs authentication or TLS.",
    default: "127.0.0.1",
  }),
  port: integer({
    doc: "Port that the embedded server binds; 0 selects a free one.",
    default: 4222,
    min: 0,
    max: 65_535,
  }),
  clientAdvertise: text({
    doc:
      "Address as `host` or `host:port` that INFO shows to clients instead of `host` and `port`, for servers behind a proxy.",
  }),
  allowInsecureBind: flag({
    doc: "Whether to bind an address other than loopback although everyone could connect.",
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
    doc: "Most bytes pending for one client; a client that exceeds it is disconnected.",
    default: defaultLimits.maxPendingBytes,
    min: 4096,
    max: 2 ** 31,
  }),
  maxTotalPendingBytes: size({
    doc:
      "Most bytes pending for all clients together; beyond it the clients with the most pending bytes are disconnected.",
    default: defaultLimits.maxTotalPendingBytes,
    min: 4096,
    max: 2 ** 40,
  }),
  maxConnections: integer({
    doc: "Maximum connections.",
    default: defaultLimits.maxConnections,
    min: 1,
    max: 1_000_000,
  }),
  maxSubTokens: integer({
    doc: "Maximum tokens in the subject of a subscription; 0 means unlimited.",
    default: defaultLimits.maxSubTokens,
    min: 0,
    max: 255,
  }),
  maxSubscriptions: integer({
    doc: "Maximum subscriptions per client; 0 means unlimited.",
    default: defaultLimits.maxSubscriptions,
    min: 0,
    max: 10_000_000,
  }),
  pingIntervalMs: duration({
    doc: "Time between pings to an idle client.",
    default: defaultLimits.pingIntervalMs,
    min: 1,
    max: 86_400_000,
  }),
  maxPingsOut: integer({
    doc: "Unanswered pings after which a client is disconnected as stale.",
    default: defaultLimits.maxPingsOut,
    min: 1,
    max: 100,
  }),
  writeDeadlineMs: duration({
    doc: "Time after which a client is disconnected when a write to it makes no progress.",
    default: defaultLimits.writeDeadlineMs,
    min: 1,
    max: 3_600_000,
  }),
  lameDuckGraceMs: duration({
    doc:
      "Time that clients get to finish and disconnect when the agent stops; 0 closes them as soon as what they have sent is processed.",
    default: defaultLimits.lameDuckGraceMs,
    min: 0,
    max: 3_600_000,
  }),
  token: secret({ doc: "Token that every client must send. Cannot be combined with `users`." }),
  users: json<readonly ConfiguredUser[], { doc: string; default: readonly ConfiguredUser[] }>(
    userSchema,
    {
      doc:
        "Users that may connect: `user` and `password` (plain or bcrypt), or `nkey`, each with optional `permissions`; with `tls_verify_and_map` the password may be absent. An `allow` list must not be empty; `deny` wins over `allow`; a response granted by `allow_responses` wins over `deny`.",
      default: [],
    },
  ),
  noAuthUser: text({
    doc:
      "Name or nkey of a listed user as which clients without credentials connect. Absent: they are refused.",
  }),
  usersFile: text({
    ...filePath,
    doc: "JSON file with a list as in `users`. Cannot be combined with `users` and `token`.",
  }),
  tlsCertFile: text({
    ...filePath,
    doc: "PEM file with the certificate chain of the server; when set, clients must use TLS.",
  }),
  tlsKeyFile: text({ ...filePath, doc: "PEM file with the private key of the certificate." }),
  tlsClientCaFile: text({
    ...filePath,
    doc:
      "PEM file with the CA certificates of clients; when set, client certificates are required.",
  }),
  tlsHandshakeFirst: json<
    boolean | number,
    { doc: string; default: boolean }
  >(handshakeFirstSchema, {
    doc:
      'Whether clients start TLS before INFO: true, false, or a time such as "100ms" after which INFO is sent if the client has not started it; "auto" is 50ms.',
    default: false,
  }),
  tlsVerifyAndMap: flag({
    doc:
      "Whether a client is the listed user that its certificate names: an email address, DNS name or URI of its alternative names, or its subject such as `CN=app,O=example`. Such users need no `password`. Needs `tls_client_ca_file`.",
    default: false,
  }),
  allowNonTls: flag({
    doc: "Whether clients may also connect without TLS although certificates are configured.",
    default: false,
  }),
  reloadIntervalMs: duration({
    doc: "How often user and certificate files are checked for changes.",
    default: 10_000,
    min: 100,
    max: 86_400_000,
  }),
};

/** The parsed section. */
export type NatsServerConfig = ConfigOf<typeof natsServerFields>;

/** Server options from the section, without the credentials. */
export function serverOptions(config: NatsServerConfig): NatsServerOptions {
  const { host, port, clientAdvertise, allowInsecureBind } = config;
  const {
    maxPayloadBytes,
    maxControlLineBytes,
    maxPendingBytes,
    maxTotalPendingBytes,
    maxConnections,
    maxSubTokens,
    maxSubscriptions,
    pingIntervalMs,
    maxPingsOut,
    writeDeadlineMs,
    lameDuckGraceMs,
  } = config;
  return {
    host,
    port,
    clientAdvertise,
    allowInsecureBind,
    limits: {
      maxPayloadBytes,
      maxControlLineBytes,
      maxPendingBytes,
      maxTotalPendingBytes,
      maxConnections,
      maxSubTokens,
      maxSubscriptions,
      pingIntervalMs,
      maxPingsOut,
      writeDeadlineMs,
      lameDuckGraceMs,
    },
  };
}
