/**
 * Options of the server, their defaults and ranges.
 *
 * @module
 */
import { type Clock, isLoopback, type Logger, LogRegistry, systemClock } from "../../core/mod.ts";
import { type Authenticator, openDoor } from "./security/authenticator.ts";
import type { NatsTlsOptions } from "./transport/tls.ts";

/** Bounds of a server. */
export interface NatsLimits {
  /** Longest argument of a protocol line, in bytes. Default 2048. */
  readonly maxControlLineBytes: number;
  /** Largest payload, headers included, in bytes. Default 1 MiB. */
  readonly maxPayloadBytes: number;
  /** Most bytes that may wait for one client; it is cut off beyond. Default 64 MiB. */
  readonly maxPendingBytes: number;
  /** Most connections at once. Default 65,536. */
  readonly maxConnections: number;
  /** Most subscriptions of one client; 0 = as many as it likes. Default 65,536. */
  readonly maxSubscriptions: number;
  /** Time between pings to a quiet client, in milliseconds. Default 2 minutes. */
  readonly pingIntervalMs: number;
  /** Pings without an answer after which a client is stale. Default 2. */
  readonly maxPingsOut: number;
  /** Longest time a write may make no progress, in milliseconds. Default 2 seconds. */
  readonly writeDeadlineMs: number;
  /** Time to send CONNECT where credentials are required, in milliseconds. Default 2 seconds. */
  readonly authTimeoutMs: number;
  /** Time for a TLS handshake, in milliseconds. Default 2 seconds. */
  readonly tlsTimeoutMs: number;
  /** Pending bytes of a client from which its publishers are slowed down. Default 512 KiB. */
  readonly stallBytes: number;
  /** Longest wait of a publisher per chunk for a client over that bound, in milliseconds. Default 10. */
  readonly stallMs: number;
  /** Time that what is pending gets when a connection is closed, in milliseconds. Default 1 second. */
  readonly closeFlushMs: number;
  /** Subject families with counters of their own. Default 32. */
  readonly maxFamilies: number;
}

/** The defaults. */
export const defaultLimits: NatsLimits = Object.freeze({
  maxControlLineBytes: 2048,
  maxPayloadBytes: 1024 * 1024,
  maxPendingBytes: 64 * 1024 * 1024,
  maxConnections: 65_536,
  maxSubscriptions: 65_536,
  pingIntervalMs: 120_000,
  maxPingsOut: 2,
  writeDeadlineMs: 2_000,
  authTimeoutMs: 2_000,
  tlsTimeoutMs: 2_000,
  stallBytes: 512 * 1024,
  stallMs: 10,
  closeFlushMs: 1_000,
  maxFamilies: 32,
});

/** Ranges that are checked, inclusive. */
const ranges: Readonly<Record<keyof NatsLimits, readonly [min: number, max: number]>> = {
  maxControlLineBytes: [64, 64 * 1024],
  maxPayloadBytes: [1, 64 * 1024 * 1024],
  maxPendingBytes: [4096, 2 ** 31],
  maxConnections: [1, 1_000_000],
  maxSubscriptions: [0, 10_000_000],
  pingIntervalMs: [1, 86_400_000],
  maxPingsOut: [1, 100],
  writeDeadlineMs: [1, 3_600_000],
  authTimeoutMs: [1, 3_600_000],
  tlsTimeoutMs: [1, 3_600_000],
  stallBytes: [1024, 2 ** 31],
  stallMs: [0, 60_000],
  closeFlushMs: [0, 60_000],
  maxFamilies: [1, 10_000],
};

/** Options of a server. */
export interface NatsServerOptions {
  /** Address to bind. Default 127.0.0.1. Others need authentication, TLS or `allowInsecureBind`. */
  host?: string;
  /** Port to bind; 0 takes a free one. Default 4222. */
  port?: number;
  /** Name in INFO. Default `cim`. */
  name?: string;
  /** Binds another address than loopback although anyone could connect. Default false. */
  allowInsecureBind?: boolean;
  /** Bounds; each has its own default. */
  limits?: Partial<NatsLimits>;
  /** Who may come in. Default: everyone. */
  authenticator?: Authenticator;
  /** Certificates; with them every client must use TLS. Default: none. */
  tls?: NatsTlsOptions;
  /** Subject families that have counters of their own from the start. Default: none. */
  families?: readonly string[];
  /** Where the server logs. Default: nowhere. */
  log?: Logger;
  /** Source of time. Default: the machine's. */
  clock?: Clock;
  /** Random numbers from 0 to 1, for ids and queue groups. Default `Math.random`. */
  random?: () => number;
}

/** Options with everything filled in. */
export type ResolvedOptions = Required<Omit<NatsServerOptions, "limits" | "tls">> & {
  readonly limits: NatsLimits;
  readonly tls: NatsTlsOptions | undefined;
};

/**
 * Fills in defaults and checks ranges.
 *
 * @throws {RangeError} When a limit or the port is out of range.
 * @throws {TypeError} When an address other than loopback would be open to everyone.
 */
export function resolveOptions(options: NatsServerOptions): ResolvedOptions {
  const {
    host = "127.0.0.1",
    port = 4222,
    name = "cim",
    allowInsecureBind = false,
    authenticator = openDoor,
    tls,
    families = [],
    log = new LogRegistry({ sinks: [] }).logger("nats_server"),
    clock = systemClock,
    random = Math.random,
  } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`Cannot use port ${port}: must be an integer from 0 to 65535`);
  }
  const limits = { ...defaultLimits, ...options.limits };
  for (const key of Object.keys(ranges) as (keyof NatsLimits)[]) {
    const [min, max] = ranges[key];
    if (!Number.isInteger(limits[key]) || limits[key] < min || limits[key] > max) {
      throw new RangeError(
        `Cannot use ${key} ${limits[key]}: must be an integer from ${min} to ${max}`,
      );
    }
  }
  const isLocal = host === "localhost" || isLoopback(host);
  if (!isLocal && !authenticator.required && tls === undefined && !allowInsecureBind) {
    throw new TypeError(
      `Cannot bind "${host}": everyone could connect; set up authentication or TLS, or allow it with "allow_insecure_bind"`,
    );
  }
  return {
    host,
    port,
    name,
    allowInsecureBind,
    limits: Object.freeze(limits),
    authenticator,
    tls,
    families,
    log,
    clock,
    random,
  };
}
