/**
 * etcd as a plugin.
 *
 * @module
 */
import { type Clock, deadline } from "../../core/async/mod.ts";
import { AgentError, describeError } from "../../core/errors/mod.ts";
import { type ConfigOf, Secret } from "../../core/config/mod.ts";
import { type KeyValueStore, unavailableStore } from "../../core/keyvalue/mod.ts";
import { counter, gauge, type MetricFamily } from "../../core/metrics/mod.ts";
import { definePlugin, type Plugin, type Token, token } from "../../core/plugin/mod.ts";
import type { StatusReporter } from "../../core/status/mod.ts";
import { etcdConfig } from "./config.ts";
import type { EtcdTls } from "./driver.ts";
import { EtcdStore } from "./etcd_store.ts";

/** Key of the etcd store. When the plugin is disabled, its calls fail with `unavailable`. */
export const etcdToken: Token<KeyValueStore> = token("etcd");

type EtcdConfig = ConfigOf<typeof etcdConfig>;

/**
 * Connects to etcd in the background: the start never waits for a server, the status says whether one
 * answers. Requires nothing.
 */
export function etcd(): Plugin {
  return definePlugin({
    name: "etcd",
    provides: [etcdToken],
    config: etcdConfig,
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
        ...user !== undefined &&
          { auth: { user, password: (password ?? new Secret("")).reveal() } },
        tls: readTls(config),
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

/** Asks for a sign of life now and then, the first time at once, and reports what came of it. */
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
      status.error(describeError(error));
    }
    await clock.sleep(intervalMs, { signal });
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof AgentError && error.code === "closed";
}

function readTls({ caFile, certFile, keyFile, tlsServerName }: EtcdConfig): EtcdTls | undefined {
  if (caFile === undefined) {
    const other = Object.entries({ cert_file: certFile, key_file: keyFile })
      .find(([, file]) => file !== undefined);
    if (other) throw new TypeError(`Cannot use etcd.${other[0]}: etcd.ca_file is missing`);
    return undefined;
  }
  return {
    ca: readPem("ca_file", caFile),
    ...certFile !== undefined && { cert: readPem("cert_file", certFile) },
    ...keyFile !== undefined && { key: readPem("key_file", keyFile) },
    ...tlsServerName !== undefined && { serverName: tlsServerName },
  };
}

function readPem(key: string, path: string): string {
  try {
    return Deno.readTextFileSync(path);
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
    counter("etcd_calls_total", "Calls made to etcd, watches included.", () => store.stats.calls),
    {
      type: "counter",
      name: "etcd_failures_total",
      help: "Calls that failed, by the code of the error.",
      collect: () =>
        Object.entries(store.stats.failures).map(([code, value]) => ({ labels: { code }, value })),
    },
    counter(
      "etcd_reconnects_total",
      "Times etcd answered after it had not.",
      () => store.stats.reconnects,
    ),
    gauge("etcd_watches", "Open watches.", () => store.watches),
    counter(
      "etcd_watch_resumes_total",
      "Streams opened again for a watch that lost its own.",
      () => store.stats.watchResumes,
    ),
    counter(
      "etcd_watch_compactions_total",
      "Watches whose history was compacted away.",
      () => store.stats.compactions,
    ),
  ];
}
