/**
 * Options of the etcd store and their validation.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { type Duration, milliseconds } from "../../core/units/mod.ts";
import type { DriverOptions, EtcdTls } from "./driver.ts";
import { isIpAddress, parseEndpoints } from "./endpoints.ts";

/** Options of {@linkcode EtcdStore}. */
export interface EtcdStoreOptions {
  /** Servers, each as `host:port` or a URL; at least one. */
  endpoints: readonly string[];
  /** Time limit for one call, in milliseconds or as a text such as `"3s"`. Default `"3s"`. */
  operationTimeoutMs?: Duration;
  /** Time limit for connecting to one server. Default `"1s"`. */
  dialTimeoutMs?: Duration;
  /** Idle time after which a keepalive ping is sent. Default `"6s"`, at least `"5s"`. */
  keepaliveTimeMs?: Duration;
  /** Time limit for the response to a keepalive ping. Default `"2s"`. */
  keepaliveTimeoutMs?: Duration;
  /** Maximum bytes that all watches together keep for slow readers. Default 64 MiB, at least 1. */
  maxWatchBytes?: number;
  /** User name and password for the login. Default: no login. */
  auth?: { user: string; password: string };
  /** Certificates; required for `https` endpoints. */
  tls?: EtcdTls;
  /** Clock to use for time limits and delays. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Random source for jitter: returns a number from 0 to below 1. Default `Math.random`. */
  random?: () => number;
  /** Logger for lost and resumed watches. Default: none. */
  log?: Logger;
}

/** By default etcd closes connections that ping more often. */
const minKeepaliveMs = 5_000;

/**
 * Validates the options and applies the defaults.
 *
 * @throws {TypeError | RangeError} When options are invalid or contradict each other.
 */
export function checkOptions(options: EtcdStoreOptions): DriverOptions {
  const { endpoints, auth, tls } = options;
  const operationTimeoutMs = milliseconds(options.operationTimeoutMs ?? "3s", "operationTimeoutMs");
  const dialTimeoutMs = milliseconds(options.dialTimeoutMs ?? "1s", "dialTimeoutMs");
  const keepaliveTimeMs = milliseconds(options.keepaliveTimeMs ?? "6s", "keepaliveTimeMs");
  const keepaliveTimeoutMs = milliseconds(options.keepaliveTimeoutMs ?? "2s", "keepaliveTimeoutMs");
  if (endpoints.length === 0) throw new TypeError("Cannot use etcd: no endpoint is given");
  for (
    const [name, value] of Object.entries({ operationTimeoutMs, dialTimeoutMs, keepaliveTimeoutMs })
  ) {
    if (!(value > 0)) throw new RangeError(`Cannot use etcd: ${name} ${value}, wanted above 0`);
  }
  if (!(keepaliveTimeMs >= minKeepaliveMs)) {
    throw new RangeError(
      `Cannot use etcd: keepaliveTimeMs ${keepaliveTimeMs}, wanted ${minKeepaliveMs} or more`,
    );
  }
  const urls = parseEndpoints(endpoints, tls !== undefined);
  checkTls(urls, tls);
  return {
    endpoints: urls,
    operationTimeoutMs,
    dialTimeoutMs,
    keepaliveTimeMs,
    keepaliveTimeoutMs,
    auth,
    tls,
  };
}

function checkTls(endpoints: readonly string[], tls: EtcdTls | undefined): void {
  const secure = endpoints[0].startsWith("https:");
  if (tls && !secure) {
    throw new TypeError(
      `Cannot use etcd: certificates are given, but ${endpoints[0]} is not https`,
    );
  }
  if (tls && (tls.cert === undefined) !== (tls.key === undefined)) {
    throw new TypeError("Cannot use etcd: give the client's certificate and its key, or neither");
  }
  const address = secure && !tls?.serverName && endpoints.find(isIpAddress);
  if (address) {
    throw new TypeError(
      `Cannot use etcd at ${address}: with TLS and an IP address, set the server's name (tls_server_name)`,
    );
  }
}
