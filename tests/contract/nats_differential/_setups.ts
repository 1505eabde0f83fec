/**
 * Pairs of equally configured servers, by name.
 *
 * @module
 */
import {
  authenticator,
  NatsServer,
  type NatsServerOptions,
  type NatsUser,
} from "../../../plugins/nats_server/mod.ts";
import type { Address } from "./_wire_client.ts";

/** One configuration for both servers. */
export interface Setup {
  /** Configuration file of nats-server. */
  readonly reference: string;
  /** The same for this server; a function, since an authenticator keeps state. */
  readonly options: () => NatsServerOptions;
  /** What clients need besides the port. */
  readonly address?: Omit<Address, "port">;
}

const folder = new URL("certificates/", import.meta.url).pathname;
const pem = (name: string) => Deno.readTextFileSync(`${folder}${name}.pem`);
const ca = pem("ca");
const serverTls = { cert: pem("server"), key: pem("server_key") };
const tlsBlock = (more = "") =>
  `tls { cert_file: "${folder}server.pem", key_file: "${folder}server_key.pem", ${more} }\n`;

/** The default control line limit of this server comes from the contract; nats-server gets the same limit. */
const common = "max_control_line: 2048\n";

/** bcrypt of `s3cret` and of `t0ken`, cost 4. */
const hashedPassword = "$2b$04$ScNZLzwkDAl6077IBcr.e.8zvC.n9Cur5m.8Q7pZ0Z64Akrn7prFK";
const hashedToken = "$2b$04$Z6SfzhhWN0MLoP7GBAFmH.1zGCQmhzTWeH67Iu7rbaTpE61v.XX/u";

/** A user key with its seed, and a second key whose seed the tests do not have. */
export const knownNkey = "UCQD6OMSJ42RN3JGCQAHA6ENQ4LF66TOCMO3MWZPLVGFUA3NMVEDWVCF";
export const strangeNkey = "UA2V6JUEZQRPOTNY4OCXUOMQXOZLIJETB4GKMDPZNCJUMWPS4PMS2LC2";
const knownSeed = "a7700b9bfbb5725f54475f7bba53272d42da4c9c021ad5b27cce6953272f8057";

/** A server that takes the user from the client certificate, and has this one. */
function mapped(user: Extract<NatsUser, { user: string }>): Setup {
  const { password, permissions } = user;
  const deny = permissions?.publish?.deny;
  const members = [
    `user: ${JSON.stringify(user.user)}`,
    ...(password === undefined ? [] : [`password: ${password}`]),
    ...(deny === undefined ? [] : [`permissions: { publish: { deny: ${JSON.stringify(deny)} } }`]),
  ];
  return {
    reference: `${common}authorization { users: [ { ${members.join(", ")} } ] }\n${
      tlsBlock(`ca_file: "${folder}ca.pem", verify_and_map: true`)
    }`,
    options: () => ({
      tls: { ...serverTls, clientCa: ca },
      authenticator: authenticator({ users: [user], mapCertificates: true }),
    }),
    address: { tls: { ca, cert: pem("client"), key: pem("client_key") } },
  };
}

/** All setups. */
export const setups: Readonly<Record<string, Setup>> = {
  plain: { reference: common, options: () => ({}) },
  token: {
    reference: `${common}authorization { token: "t0ken" }`,
    options: () => ({ authenticator: authenticator({ token: "t0ken" }) }),
  },
  hashed_token: {
    reference: `${common}authorization { token: "${hashedToken}" }`,
    options: () => ({ authenticator: authenticator({ token: hashedToken }) }),
  },
  user: {
    reference: `${common}authorization { user: app, password: s3cret }`,
    options: () => ({
      authenticator: authenticator({ users: [{ user: "app", password: "s3cret" }] }),
    }),
  },
  users: {
    reference: `${common}authorization { users: [
      { user: plain, password: pl4in }, { user: hashed, password: "${hashedPassword}" }
    ] }`,
    options: () => ({
      authenticator: authenticator({
        users: [
          { user: "plain", password: "pl4in" },
          { user: "hashed", password: hashedPassword },
        ],
      }),
    }),
  },
  nkey: {
    reference: `${common}authorization { users: [
      { nkey: ${knownNkey} }, { user: plain, password: pl4in }
    ] }`,
    options: () => ({
      authenticator: authenticator({
        users: [{ nkey: knownNkey }, { user: "plain", password: "pl4in" }],
      }),
    }),
    address: { seed: knownSeed },
  },
  permissions: {
    reference: `${common}authorization { users: [
      { user: all, password: p },
      { user: allow, password: p, permissions: {
        publish: { allow: ["pub.*", "deep.>"] }, subscribe: { allow: ["sub.*", "wide.>"] } } },
      { user: deny, password: p, permissions: {
        publish: { deny: ["no.*", "secret.>"] }, subscribe: { deny: ["no.*", "secret.>"] } } },
      { user: both, password: p, permissions: {
        publish: { allow: ["foo.>"], deny: ["foo.bar", "foo.*.x"] },
        subscribe: { allow: ["foo.>"], deny: ["foo.bar", "foo.*.x"] } } },
      { user: short, password: p, permissions: { publish: "only", subscribe: ["one", "two"] } },
      { user: queues, password: p, permissions: {
        subscribe: { allow: ["foo", "bar workers", "baz *.v1", "any >"], deny: ["foo bad"] } } },
      { user: mute, password: p, permissions: { publish: { deny: ">" }, subscribe: ">" } },
      { user: deaf, password: p, permissions: { publish: ">", subscribe: { deny: ">" } } },
      { user: responder, password: p, permissions: { subscribe: "service", allow_responses: true } },
      { user: thrice, password: p, permissions: {
        subscribe: "service", allow_responses: { max: 3, expires: "1m" } } },
      { user: brief, password: p, permissions: {
        subscribe: "service", allow_responses: { max: 5, expires: "1ms" } } },
      { user: listed, password: p, permissions: {
        publish: "log", subscribe: "service", allow_responses: true } }
    ] }`,
    options: () => ({
      authenticator: authenticator({
        users: [
          { user: "all", password: "p" },
          {
            user: "allow",
            password: "p",
            permissions: {
              publish: { allow: ["pub.*", "deep.>"] },
              subscribe: { allow: ["sub.*", "wide.>"] },
            },
          },
          {
            user: "deny",
            password: "p",
            permissions: {
              publish: { deny: ["no.*", "secret.>"] },
              subscribe: { deny: ["no.*", "secret.>"] },
            },
          },
          {
            user: "both",
            password: "p",
            permissions: {
              publish: { allow: ["foo.>"], deny: ["foo.bar", "foo.*.x"] },
              subscribe: { allow: ["foo.>"], deny: ["foo.bar", "foo.*.x"] },
            },
          },
          {
            user: "short",
            password: "p",
            permissions: { publish: { allow: ["only"] }, subscribe: { allow: ["one", "two"] } },
          },
          {
            user: "queues",
            password: "p",
            permissions: {
              subscribe: { allow: ["foo", "bar workers", "baz *.v1", "any >"], deny: ["foo bad"] },
            },
          },
          {
            user: "mute",
            password: "p",
            permissions: { publish: { deny: [">"] }, subscribe: { allow: [">"] } },
          },
          {
            user: "deaf",
            password: "p",
            permissions: { publish: { allow: [">"] }, subscribe: { deny: [">"] } },
          },
          {
            user: "responder",
            password: "p",
            permissions: { subscribe: { allow: ["service"] }, allowResponses: true },
          },
          {
            user: "thrice",
            password: "p",
            permissions: {
              subscribe: { allow: ["service"] },
              allowResponses: { max: 3, expiresMs: 60_000 },
            },
          },
          {
            user: "brief",
            password: "p",
            permissions: {
              subscribe: { allow: ["service"] },
              allowResponses: { max: 5, expiresMs: 1 },
            },
          },
          {
            user: "listed",
            password: "p",
            permissions: {
              publish: { allow: ["log"] },
              subscribe: { allow: ["service"] },
              allowResponses: true,
            },
          },
        ],
      }),
    }),
  },
  random_users: {
    reference: `${common}authorization { users: [
      { user: all, password: p },
      { user: some, password: p, permissions: {
        publish: { allow: ["*.a.>", "*.b", "*.c.*", "*.$x"], deny: ["*.a.b", "*.c.d1"] },
        subscribe: { allow: ["*.a.>", "*.b", "*.*.c", "*.c q"], deny: ["*.a.b", "*.a.c q"] } } },
      { user: answers, password: p, permissions: {
        subscribe: "*.>", allow_responses: { max: 2, expires: "1m" } } }
    ] }`,
    options: () => ({
      authenticator: authenticator({
        users: [
          { user: "all", password: "p" },
          {
            user: "some",
            password: "p",
            permissions: {
              publish: {
                allow: ["*.a.>", "*.b", "*.c.*", "*.$x"],
                deny: ["*.a.b", "*.c.d1"],
              },
              subscribe: {
                allow: ["*.a.>", "*.b", "*.*.c", "*.c q"],
                deny: ["*.a.b", "*.a.c q"],
              },
            },
          },
          {
            user: "answers",
            password: "p",
            permissions: {
              subscribe: { allow: ["*.>"] },
              allowResponses: { max: 2, expiresMs: 60_000 },
            },
          },
        ],
      }),
    }),
  },
  auth_timeout: {
    reference: `${common}authorization { token: "t0ken", timeout: 0.2 }`,
    options: () => ({
      authenticator: authenticator({ token: "t0ken" }),
      limits: { authTimeoutMs: 200 },
    }),
  },
  small: {
    reference: `max_control_line: 128\nmax_payload: 16\nmax_subscriptions: 3\n`,
    options: () => ({
      limits: { maxControlLineBytes: 128, maxPayloadBytes: 16, maxSubscriptions: 3 },
    }),
  },
  crowded: {
    reference: `${common}max_connections: 2\n`,
    options: () => ({ limits: { maxConnections: 2 } }),
  },
  impatient: {
    reference: `${common}ping_interval: "300ms"\nping_max: 1\n`,
    options: () => ({ limits: { pingIntervalMs: 300, maxPingsOut: 1 } }),
  },
  narrow: {
    reference: `${common}max_pending: 1048576\n`,
    options: () => ({ limits: { maxPendingBytes: 1024 * 1024 } }),
  },
  tls: {
    reference: `${common}${tlsBlock()}`,
    options: () => ({ tls: serverTls }),
    address: { tls: { ca } },
  },
  tls_verify: {
    reference: `${common}${tlsBlock(`ca_file: "${folder}ca.pem", verify: true`)}`,
    options: () => ({ tls: { ...serverTls, clientCa: ca } }),
    address: { tls: { ca, cert: pem("client"), key: pem("client_key") } },
  },
  tls_verify_nothing_shown: {
    reference: `${common}${tlsBlock(`ca_file: "${folder}ca.pem", verify: true`)}`,
    options: () => ({ tls: { ...serverTls, clientCa: ca } }),
    address: { tls: { ca } },
  },
  tls_verify_stranger: {
    reference: `${common}${tlsBlock(`ca_file: "${folder}ca.pem", verify: true`)}`,
    options: () => ({ tls: { ...serverTls, clientCa: ca } }),
    address: { tls: { ca, cert: pem("stranger"), key: pem("stranger_key") } },
  },
  tls_first: {
    reference: `${common}${tlsBlock("handshake_first: true")}`,
    options: () => ({ tls: { ...serverTls, handshakeFirst: true } }),
    address: { tls: { ca }, tlsFirst: true },
  },
  tls_auto: {
    reference: `${common}${tlsBlock('handshake_first: "2s"')}`,
    options: () => ({ tls: { ...serverTls, handshakeFirst: 2_000 } }),
    address: { tls: { ca }, tlsFirst: true },
  },
  tls_auto_later: {
    reference: `${common}${tlsBlock("handshake_first: auto")}`,
    options: () => ({ tls: { ...serverTls, handshakeFirst: 50 } }),
    address: { tls: { ca } },
  },
  tls_available: {
    reference: `${common}allow_non_tls: true\n${tlsBlock()}`,
    options: () => ({ tls: { ...serverTls, allowNonTls: true } }),
    address: { tls: { ca } },
  },
  tls_available_first: {
    reference: `${common}allow_non_tls: true\n${tlsBlock('handshake_first: "2s"')}`,
    options: () => ({ tls: { ...serverTls, allowNonTls: true, handshakeFirst: 2_000 } }),
    address: { tls: { ca }, tlsFirst: true },
  },
  tls_map_dns: mapped({ user: "localhost", permissions: { publish: { deny: ["foo"] } } }),
  tls_map_subject: mapped({
    user: "CN=client,O=Tests",
    permissions: { publish: { deny: ["foo"] } },
  }),
  tls_map_reordered: mapped({
    user: "o=Tests, cn=client",
    permissions: { publish: { deny: ["foo"] } },
  }),
  tls_map_password: mapped({ user: "localhost", password: "p" }),
  tls_map_unknown: mapped({ user: "client" }),
  tls_token: {
    reference: `${common}authorization { token: "t0ken" }\n${tlsBlock()}`,
    options: () => ({ tls: serverTls, authenticator: authenticator({ token: "t0ken" }) }),
    address: { tls: { ca } },
  },
  tls_timeout: {
    reference: `${common}${tlsBlock("timeout: 0.2")}`,
    options: () => ({ tls: serverTls, limits: { tlsTimeoutMs: 200 } }),
    address: { tls: { ca } },
  },
};

/** Starts this server in this process. */
export async function startOurs({ options }: Setup): Promise<NatsServer> {
  const server = new NatsServer({ ...options(), port: 0 });
  await server.listen();
  return server;
}
