/**
 * Options of the server with their defaults and ranges.
 *
 * @module
 */
import { type Clock, isLoopback, type Logger, LogRegistry, systemClock } from "../../core/mod.ts";
import { type Authenticator, noAuthentication } from "./security/mod.ts";
import type { NatsTlsOptions } from "./transport/mod.ts";

/** Limits of a server. */
export interface NatsLimits {
  /** Longest argument of a protocol line, in bytes. Default 2048. */
  readonly maxControlLineBytes: number;
  /** Largest payload, headers included, in bytes. Default 1 MiB. */
  readonly maxPayloadBytes: number;
  /** Most bytes pending for one client; a client that exceeds it is disconnected. Default 64 MiB. */
  readonly maxPendingBytes: number;
  /**
   * Most bytes pending for all clients together; beyond it the clients with the most pending bytes are disconnected.
   * Default 256 MiB.
   */
  readonly maxTotalPendingBytes: number;
  /** Maximum connections. Default 65,536. */
  readonly maxConnections: number;
  /** Maximum subscriptions per client; 0 means unlimited. Default 65,536. */
  readonly maxSubscriptions: number;
  /** Maximum tokens in the subject of a subscription; 0 means unlimited. Default 0. */
  readonly maxSubTokens: number;
  /** Time between pings to an idle client, in milliseconds. Default 2 minutes. */
  readonly pingIntervalMs: number;
  /** Unanswered pings after which a client is disconnected as stale. Default 2. */
  readonly maxPingsOut: number;
  /** Time after which a client is disconnected when a write makes no progress, in milliseconds. Default 2 seconds. */
  readonly writeDeadlineMs: number;
  /** Time within which a client must send its credentials, in milliseconds. Default 2 seconds. */
  readonly authTimeoutMs: number;
  /** Time limit of a TLS handshake, in milliseconds. Default 2 seconds. */
  readonly tlsTimeoutMs: number;
  /** Pending bytes of a client above which its publishers have to wait. Default 512 KiB. */
  readonly stallBytes: number;
  /** Longest wait of a publisher per chunk for such a client, in milliseconds. Default 10. */
  readonly stallMs: number;
  /** Time limit for writing pending output when a connection is closed, in milliseconds. Default 1 second. */
  readonly closeFlushMs: number;
  /**
   * Time that clients get to finish and disconnect in lame duck mode, in milliseconds. 0 closes them as soon as what
   * they have sent is processed. Default 5 seconds.
   */
  readonly lameDuckGraceMs: number;
  /** Maximum subject families with counters of their own. Default 32. */
  readonly maxFamilies: number;
}

/** Default limits. */
export const defaultLimits: NatsLimits = Object.freeze({
  maxControlLineBytes: 2048,
  maxPayloadBytes: 1024 * 1024,
  maxPendingBytes: 64 * 1024 * 1024,
  maxTotalPendingBytes: 256 * 1024 * 1024,
  maxConnections: 65_536,
  maxSubscriptions: 65_536,
  maxSubTokens: 0,
  pingIntervalMs: 120_000,
  maxPingsOut: 2,
  writeDeadlineMs: 2_000,
  authTimeoutMs: 2_000,
  tlsTimeoutMs: 2_000,
  stallBytes: 512 * 1024,
  stallMs: 10,
  closeFlushMs: 1_000,
  lameDuckGraceMs: 5_000,
  maxFamilies: 32,
});

/** Allowed ranges, inclusive. */
const ranges: Readonly<Record<keyof NatsLimits, readonly [min: number, max: number]>> = {
  maxControlLineBytes: [64, 64 * 1024],
  maxPayloadBytes: [1, 64 * 1024 * 1024],
  maxPendingBytes: [4096, 2 ** 31],
  maxTotalPendingBytes: [4096, 2 ** 40],
  maxConnections: [1, 1_000_000],
  maxSubscriptions: [0, 10_000_000],
  maxSubTokens: [0, 255],
  pingIntervalMs: [1, 86_400_000],
  maxPingsOut: [1, 100],
  writeDeadlineMs: [1, 3_600_000],
  authTimeoutMs: [1, 3_600_000],
  tlsTimeoutMs: [1, 3_600_000],
  stallBytes: [1024, 2 ** 31],
  stallMs: [0, 60_000],
  closeFlushMs: [0, 60_000],
  lameDuckGraceMs: [0, 3_600_000],
  maxFamilies: [1, 10_000],
};

/** Options of a server. */
export interface NatsServerOptions {
  /** Address to bind. Default 127.0.0.1. An address other than loopback needs authentication, TLS or `allowInsecureBind`. */
  host?: string;
  /** Port to bind; 0 selects a free one. Default 4222. */
  port?: number;
  /** Address as `host` or `host:port` in INFO. Default: the bound address. */
  clientAdvertise?: string;
  /** Server name in INFO. Default: the server id, as in nats-server. */
  name?: string;
  /** Allows binding an address other than loopback although everyone could connect. Default false. */
  allowInsecureBind?: boolean;
  /** Limits that differ from {@linkcode defaultLimits}. */
  limits?: Partial<NatsLimits>;
  /** Decides which clients may connect. Default: all. */
  authenticator?: Authenticator;
  /** Certificates; when set, clients must use TLS. Default: no TLS. */
  tls?: NatsTlsOptions;
  /** Subject families whose counters exist from the start. Default: none. */
  families?: readonly string[];
  /** Logger to use. Default: discards all records. */
  log?: Logger;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Returns numbers from 0 to 1, for ids and queue groups. Default `Math.random`. */
  random?: () => number;
}

/** Options with all defaults applied. */
export type ResolvedOptions =
  & Required<Omit<NatsServerOptions, "name" | "limits" | "tls" | "clientAdvertise">>
  & {
    readonly clientAdvertise:
      | { readonly host: string; readonly port: number | undefined }
      | undefined;
    readonly name: string | undefined;
    readonly limits: NatsLimits;
    readonly tls: NatsTlsOptions | undefined;
  };

/**
 * Applies the defaults and checks the ranges.
 *
 * @throws {RangeError} When a limit or the port is out of range.
 * @throws {TypeError} When the address is not loopback and everyone could connect.
 */
export function resolveOptions(options: NatsServerOptions): ResolvedOptions {
  const {
    host = "127.0.0.1",
    port = 4222,
    name,
    clientAdvertise,
    allowInsecureBind = false,
    authenticator = noAuthentication,
    tls,
    families = [],
    log = new LogRegistry({ sinks: [] }).logger("nats_server"),
    clock = systemClock,
    random = Math.random,
  } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`Cannot use port ${port}: it must be an integer from 0 to 65535`);
  }
  const limits = checkedLimits({ ...defaultLimits, ...options.limits });
  checkExposure(options);
  return {
    host,
    port,
    name,
    clientAdvertise: clientAdvertise === undefined ? undefined : parseAddress(clientAdvertise),
    allowInsecureBind,
    limits,
    authenticator,
    tls,
    families,
    log,
    clock,
    random,
  };
}

/**
 * Checks the ranges of limits.
 *
 * @throws {RangeError} When a limit is out of range.
 */
export function checkedLimits(limits: NatsLimits): NatsLimits {
  for (const key of Object.keys(ranges) as (keyof NatsLimits)[]) {
    const [min, max] = ranges[key];
    if (!Number.isInteger(limits[key]) || limits[key] < min || limits[key] > max) {
      throw new RangeError(
        `Cannot use ${key} ${limits[key]}: it must be an integer from ${min} to ${max}`,
      );
    }
  }
  return Object.freeze(limits);
}

/**
 * Checks that not everyone can connect from other machines.
 *
 * @throws {TypeError} When the address is not loopback and everyone could connect.
 */
export function checkExposure(
  { host = "127.0.0.1", authenticator = noAuthentication, tls, allowInsecureBind = false }: Pick<
    NatsServerOptions,
    "host" | "authenticator" | "tls" | "allowInsecureBind"
  >,
): void {
  const isLocal = host === "localhost" || isLoopback(host);
  const isTls = tls !== undefined && !tls.allowNonTls;
  if (isLocal || authenticator.required || isTls || allowInsecureBind) return;
  throw new TypeError(
    `Cannot bind "${host}": everyone could connect; set up authentication or TLS, or allow it with "allow_insecure_bind"`,
  );
}

/** Reads `host`, `host:port` or `[address]:port`. */
function parseAddress(text: string): { host: string; port: number | undefined } {
  const match = /^(?:\[([^\]]+)\]|([^:\s]+))(?::(\d{1,5}))?$/.exec(text);
  const port = match?.[3] === undefined ? undefined : Number(match[3]);
  if (match === null || (port !== undefined && (port < 1 || port > 65_535))) {
    throw new TypeError(`Cannot advertise "${text}": it must be host or host:port`);
  }
  return { host: match[1] ?? match[2], port };
}
