/**
 * Connects to a NATS server with npm:nats, with settings for an agent: it reconnects forever, detects a frozen
 * server by pings, and a publish fails while it is disconnected.
 *
 * @module
 */
import { natsErrors } from "./errors.ts";
import { AgentError, describeError, redactText } from "../../core/mod.ts";
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
 * @throws {TypeError} When the URL is empty or not one of NATS.
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
  checkServers(url);
  const library = await import("./_library.ts");
  let connection: NatsConnection;
  try {
    connection = await library.connect(libraryOptions(url, options));
  } catch (cause) {
    const denied = cause instanceof library.NatsError && deniedCodes.has(cause.code);
    throw new AgentError(
      denied ? natsErrors.nats_denied : natsErrors.nats_unreachable,
      `Cannot connect to NATS server ${withoutCredentials(url)}: ${
        redactText(describeError(cause))
      }`,
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

/** The URLs without user information, for messages. */
export function withoutCredentials(urls: string): string {
  return urls.split(",").map((url) => {
    const { 0: scheme = "" } = /^\s*[a-z]+:\/\//.exec(url) ?? [];
    return scheme + url.slice(Math.max(scheme.length, url.lastIndexOf("@") + 1));
  }).join(",");
}

/**
 * Checks the URLs of one or several servers, separated by commas.
 *
 * @throws {TypeError} When one is not `nats://host:port` or `tls://host:port`. The message does not quote it, since
 * it may contain a password.
 */
export function checkServers(urls: string): void {
  for (const url of urls.split(",").map((part) => part.trim())) {
    const { 1: scheme = "nats", 2: rest = "" } = /^(?:([^:/?#]*):\/\/)?(.*)$/s.exec(url) ?? [];
    const isAddress = ["nats", "tls"].includes(scheme) && rest.split("@").length <= 2 &&
      !/\s/.test(rest) && URL.canParse(`http://${rest}`) &&
      ["", "/"].includes(new URL(`http://${rest}`).pathname);
    if (isAddress) continue;
    throw new TypeError(
      "a URL must be nats://host:port or tls://host:port; percent-encode special characters of a user name or " +
        "password, or set nats.url_user and nats.url_password instead",
    );
  }
}
