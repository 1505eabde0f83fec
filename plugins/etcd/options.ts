/**
 * Options of the etcd store and their checks.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import type { DriverOptions, EtcdTls } from "./driver.ts";
import { isIpAddress, parseEndpoints } from "./endpoints.ts";

/** Options of {@linkcode EtcdStore}. */
export interface EtcdStoreOptions {
  /** Servers as `host:port` or URL, at least one. */
  endpoints: readonly string[];
  /** Limit for one call, in milliseconds. Default 3,000. */
  operationTimeoutMs?: number;
  /** Limit for making a connection, in milliseconds. Default 1,000. */
  dialTimeoutMs?: number;
  /** Silence after which the server is asked for a sign of life. Default 6,000 ms, at least 5,000. */
  keepaliveTimeMs?: number;
  /** How long it has to give one. Default 2,000 ms. */
  keepaliveTimeoutMs?: number;
  /** The user to log in as. */
  auth?: { user: string; password: string };
  /** Certificates; needed for `https` endpoints. */
  tls?: EtcdTls;
  /** Source of time for waits and delays. Default: the machine's. */
  clock?: Clock;
  /** Source of jitter. Default `Math.random`. */
  random?: () => number;
  /** Where lost and regained watches are told. Default: nowhere. */
  log?: Logger;
}

/** etcd closes connections that ping more often, unless told otherwise. */
const minKeepaliveMs = 5_000;

/** @throws {TypeError | RangeError} When the options cannot be or contradict one another. */
export function checkOptions(options: EtcdStoreOptions): DriverOptions {
  const { endpoints, operationTimeoutMs = 3_000, dialTimeoutMs = 1_000, auth, tls } = options;
  const { keepaliveTimeMs = 6_000, keepaliveTimeoutMs = 2_000 } = options;
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
