/**
 * The etcd client as a plugin.
 *
 * @module
 */
import { type Clock, deadline } from "../../core/async/mod.ts";
import { AgentError, describeError } from "../../core/errors/mod.ts";
import { type ConfigOf, Secret } from "../../core/config/mod.ts";
import { readRegularFileSync } from "../../core/files/mod.ts";
import { type KeyValueStore, unavailableStore } from "../../core/keyvalue/mod.ts";
import { counter, gauge, type MetricFamily } from "../../core/metrics/mod.ts";
import {
  type ConfigIssue,
  definePlugin,
  type Plugin,
  type Token,
  token,
} from "../../core/plugin/mod.ts";
import type { StatusReporter } from "../../core/status/mod.ts";
import { etcdConfig } from "./config.ts";
import type { EtcdTls } from "./driver.ts";
import { EtcdStore } from "./etcd_store.ts";
import { checkOptions } from "./options.ts";

/** Token of the etcd store. When the plugin is disabled, all its calls fail with `unavailable`. */
export const etcdToken: Token<KeyValueStore> = token("etcd", { providedBy: "etcd()" });

type EtcdConfig = ConfigOf<typeof etcdConfig>;

/**
 * Provides etcd as a key-value store. It connects in the background, so that the start never waits for a
 * server; the status reports whether one answers. Requires no other plugin.
 */
export function etcd(): Plugin {
  return definePlugin({
    name: "etcd",
    provides: [etcdToken],
    config: etcdConfig,
    checkConfig,
    init({ config, clock, random, log, metrics, provide, status, tasks }) {
      if (!config.endpoints || config.endpoints.length === 0) {
        const reason = 'no server is configured; set "etcd.endpoints"';
        provide(etcdToken, unavailableStore("etcd", reason));
        status.disabled(reason);
        return undefined;
      }
      const { user, password } = config;
      const store = new EtcdStore({
        endpoints: config.endpoints,
        operationTimeoutMs: config.operationTimeoutMs,
        dialTimeoutMs: config.dialTimeoutMs,
        keepaliveTimeMs: config.keepaliveTimeMs,
        keepaliveTimeoutMs: config.keepaliveTimeoutMs,
        maxWatchBytes: config.maxWatchSizeBytes,
        ...user !== undefined &&
          { auth: { user, password: (password ?? new Secret("")).reveal() } },
        tls: tlsOf(config, readPem),
        clock,
        random,
        log,
      });
      metrics.add(...families(store));
      provide(etcdToken, store);
      status.init(`connecting to ${config.endpoints.join(", ")}`);
      tasks.run(
        "probe",
        (signal) => probe(store, config.probeIntervalMs, { clock, signal, status }),
      );
      return store;
    },
    close: (store) => store?.close(),
  });
}

/**
 * Reads the revision at once and then at each interval, and reports the outcome as status. While etcd is unreachable
 * the status is degraded, because the agent serves without it; an error that a retry cannot help, such as a rejected
 * user, is one.
 */
async function probe(
  store: EtcdStore,
  intervalMs: number,
  { clock, signal, status }: { clock: Clock; signal: AbortSignal; status: StatusReporter },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await deadline((limit) => store.revision({ signal: limit }), intervalMs, {
        action: "reach etcd",
        clock,
        signal,
      });
      status.ok();
    } catch (error) {
      if (signal.aborted || isClosed(error)) return;
      const canRecover = error instanceof AgentError && error.retryable;
      status[canRecover ? "degraded" : "error"](describeError(error));
    }
    await clock.sleep(intervalMs, { signal });
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof AgentError && error.code === "closed";
}

/** Finds what {@linkcode EtcdStore} would refuse, without reading the files. */
function checkConfig(config: EtcdConfig): ConfigIssue[] {
  const { endpoints = [] } = config;
  if (endpoints.length === 0) return [];
  try {
    checkOptions({ endpoints, tls: tlsOf(config, (_key, path) => path) });
    return [];
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return [{ key: "endpoints", message: error.message }];
  }
}

/** The certificates; `read` gets the key and the path of each file and returns its content. */
function tlsOf(
  { caFile, certFile, keyFile, tlsServerName }: EtcdConfig,
  read: (key: string, path: string) => string,
): EtcdTls | undefined {
  if (caFile === undefined) {
    const other = Object.entries({ cert_file: certFile, key_file: keyFile })
      .find(([, file]) => file !== undefined);
    if (other) {
      throw new TypeError(`Cannot use etcd.${other[0]}: etcd.ca_file is missing; set it too`);
    }
    return undefined;
  }
  return {
    ca: read("ca_file", caFile),
    ...certFile !== undefined && { cert: read("cert_file", certFile) },
    ...keyFile !== undefined && { key: read("key_file", keyFile) },
    ...tlsServerName !== undefined && { serverName: tlsServerName },
  };
}

function readPem(key: string, path: string): string {
  try {
    return readRegularFileSync(path);
  } catch (cause) {
    throw new AgentError(
      "config_unreadable",
      `Cannot read etcd.${key} ${path}: ${describeError(cause)}`,
      { cause },
    );
  }
}

function families(store: EtcdStore): MetricFamily[] {
  return [
    counter("etcd_calls_total", "Calls made to etcd, including watches.", () => store.stats.calls),
    {
      type: "counter",
      name: "etcd_failures_total",
      help: "Failed calls by error code.",
      collect: () =>
        Object.entries(store.stats.failures).map(([code, value]) => ({ labels: { code }, value })),
    },
    counter(
      "etcd_reconnects_total",
      "How often etcd answered again after it was unreachable.",
      () => store.stats.reconnects,
    ),
    gauge("etcd_watches", "Open watches.", () => store.watches),
    gauge(
      "etcd_watch_pending_bytes",
      "Bytes that the watches keep for slow readers.",
      () => store.watchPendingBytes,
    ),
    counter(
      "etcd_watch_overflows_total",
      "Watches that ended because their reader was too slow.",
      () => store.stats.watchOverflows,
    ),
    counter(
      "etcd_watch_resumes_total",
      "How often a watch was resumed on a new stream.",
      () => store.stats.watchResumes,
    ),
    counter(
      "etcd_watch_compactions_total",
      "Watches that ended because the history they needed was compacted.",
      () => store.stats.compactions,
    ),
  ];
}
