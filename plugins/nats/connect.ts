/**
 * Connects to a NATS server with npm:nats, with settings for an agent: it reconnects forever, detects a frozen
 * server by pings, and a publish fails while it is disconnected.
 *
 * @module
 */
import { natsErrors } from "./errors.ts";
import { AgentError, describeError } from "../../core/mod.ts";
import type { ConnectionOptions, NatsConnection } from "./_library.ts";
import type { NatsClient, NatsConnectionState } from "./client.ts";
import { LibraryClient } from "./_library_client.ts";

/** Options of {@linkcode connectNats}. */
export interface ConnectNatsOptions {
  /** Client name, shown in the server's monitoring. Default: none. */
  name?: string;
  /** User name; needs {@linkcode password}. */
  user?: string;
  /** Password of that user. */
  password?: string;
  /** Token instead of user and password. */
  token?: string;
  /** PEM file of the CA that signed the server's certificate; enables TLS. */
  caFile?: string;
  /** Time limit of one connection attempt in milliseconds. Default 2,000. */
  connectTimeoutMs?: number;
  /** Time between attempts to reconnect in milliseconds. Default 1,000. */
  reconnectDelayMs?: number;
  /** Time between pings in milliseconds; two unanswered ones end the connection. Default 10,000. */
  pingIntervalMs?: number;
  /** Called with the new state and its reason when the state changes or the connection reports an error. */
  onState?: (state: NatsConnectionState, reason: string) => void;
}

/**
 * Connects once. When the connection is lost later, it reconnects in the background.
 *
 * @throws {AgentError} `nats_unreachable` when the server does not answer, `nats_denied` when it refuses
 * the credentials.
 * @throws {TypeError} When the URL is empty.
 *
 * @example
 * ```ts
 * import { connectNats } from "./mod.ts";
 *
 * async function sayHello(url: string) {
 *   await using nats = await connectNats(url, { name: "greeter" });
 *   nats.publish("greeting", new TextEncoder().encode("hello"));
 *   await nats.flush();
 * }
 * ```
 */
export async function connectNats(
  url: string,
  options: ConnectNatsOptions = {},
): Promise<NatsClient> {
  if (url.trim() === "") throw new TypeError("Cannot connect to NATS: the URL is empty");
  const library = await import("./_library.ts");
  let connection: NatsConnection;
  try {
    connection = await library.connect(libraryOptions(url, options));
  } catch (cause) {
    const denied = cause instanceof library.NatsError && deniedCodes.has(cause.code);
    throw new AgentError(
      denied ? natsErrors.nats_denied : natsErrors.nats_unreachable,
      `Cannot connect to NATS server ${withoutCredentials(url)}: ${describeError(cause)}`,
      { cause },
    );
  }
  return new LibraryClient(connection, library, options.onState);
}

const deniedCodes: ReadonlySet<string> = new Set([
  "AUTHORIZATION_VIOLATION",
  "AUTHENTICATION_EXPIRED",
  "AUTHENTICATION_TIMEOUT",
  "BAD_AUTHENTICATION",
]);

function libraryOptions(url: string, options: ConnectNatsOptions): ConnectionOptions {
  const { name, user, password, token, caFile } = options;
  const { connectTimeoutMs = 2_000, reconnectDelayMs = 1_000, pingIntervalMs = 10_000 } = options;
  return {
    servers: url.split(",").map((server) => server.trim()),
    name,
    user,
    pass: password,
    token,
    ...(caFile === undefined ? {} : { tls: { caFile } }),
    timeout: connectTimeoutMs,
    maxReconnectAttempts: -1,
    reconnectTimeWait: reconnectDelayMs,
    pingInterval: pingIntervalMs,
    maxPingOut: 2,
  };
}

/** The URL without user info, for messages. */
export function withoutCredentials(url: string): string {
  return url.replaceAll(/\/\/[^@/,]*@/g, "//");
}
