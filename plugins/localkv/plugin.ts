/**
 * The embedded store as a plugin.
 *
 * With `fallback: memory`, a file that cannot be opened does not stop the start: the plugin provides a store in
 * memory and is degraded until the next start. It is for agents in which the embedded store only keeps state
 * that can be rebuilt. Without it the start fails, because an agent whose configuration is in this store would
 * run with an empty one.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import type { ConfigOf } from "../../core/config/mod.ts";
import { describeError, errorCode } from "../../core/errors/mod.ts";
import { type KeyValueStore, memoryStore, type RevisionStore } from "../../core/keyvalue/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { counter, gauge, type MetricFamily } from "../../core/metrics/mod.ts";
import { definePlugin, type Plugin, type Token, token } from "../../core/plugin/mod.ts";
import type { StatusReporter } from "../../core/status/mod.ts";
import { localkvConfig } from "./config.ts";
import { LocalStore } from "./local_store.ts";

/** Token of the embedded store. */
export const localkvToken: Token<KeyValueStore> = token("localkv", { providedBy: "localkv()" });

type LocalkvConfig = ConfigOf<typeof localkvConfig>;

/** Provides the embedded store. Requires no other plugin. */
export function localkv(): Plugin {
  return definePlugin({
    name: "localkv",
    provides: [localkvToken],
    config: localkvConfig,
    fatal: true,
    init({ config, clock, log, metrics, provide, status, tasks }) {
      const store = open(config, { clock, log, status });
      const isFile = store instanceof LocalStore;
      metrics.add(...families(store));
      if (isFile) {
        metrics.add(...fileFamilies(store));
        tasks.run(
          "check",
          (signal) => check(store, config.checkIntervalMs, { clock, signal, status }),
        );
      }
      metrics.add(
        gauge(
          "localkv_durable",
          "1 while writes reach the file of the store; 0 when they are lost with the process.",
          () => isFile && store.problem() === undefined ? 1 : 0,
        ),
      );
      provide(localkvToken, store);
      return store;
    },
    close: (store) => store.close(),
  });
}

/** Opens the file or, when that fails and the fallback is `memory`, a store in memory. */
function open(
  config: LocalkvConfig,
  { clock, log, status }: { clock: Clock; log: Logger; status: StatusReporter },
): LocalStore | RevisionStore {
  try {
    return LocalStore.open({
      folder: config.folder,
      durability: config.durability,
      maxBytes: config.maxSizeBytes,
      maxValueBytes: config.maxValueBytes,
      maxWatchBytes: config.maxWatchSizeBytes,
      maxHistory: config.historyChanges,
      maxHistoryAgeMs: config.historyAgeMs,
      clock,
      log,
    });
  } catch (error) {
    if (config.fallback === "none" || errorCode(error) === undefined) throw error;
    log.warn("Cannot open the embedded store; using a store in memory", { error });
    status.degraded(`in memory, lost when the agent stops: ${describeError(error)}`);
    return memoryStore({
      clock,
      maxBytes: config.maxSizeBytes,
      maxValueBytes: config.maxValueBytes,
      maxWatchBytes: config.maxWatchSizeBytes,
      maxHistory: config.historyChanges,
    });
  }
}

/** Checks the file at each interval and reports the outcome as status. */
async function check(
  store: LocalStore,
  intervalMs: number,
  { clock, signal, status }: { clock: Clock; signal: AbortSignal; status: StatusReporter },
): Promise<void> {
  for await (const _ of clock.every(intervalMs, { signal })) {
    const problem = store.problem();
    if (problem === undefined) status.ok();
    else status.degraded(problem);
  }
}

function families(store: RevisionStore): MetricFamily[] {
  return [
    gauge("localkv_watches", "Open watches.", () => store.watches),
    gauge(
      "localkv_watch_pending_bytes",
      "Bytes that the watches keep for slow readers.",
      () => store.watchPendingBytes,
    ),
    counter(
      "localkv_watch_overflows_total",
      "Watches that ended because their reader was too slow.",
      () => store.watchOverflows,
    ),
  ];
}

function fileFamilies(store: LocalStore): MetricFamily[] {
  return [
    gauge("localkv_revision", "Current revision.", () => store.stats.revision),
    gauge(
      "localkv_file_bytes",
      "Size of the file, without its write-ahead log.",
      () => store.stats.fileBytes,
    ),
    gauge("localkv_history_changes", "Changes kept in the history.", () => store.stats.historySize),
    counter(
      "localkv_compactions_total",
      "How often the history was trimmed.",
      () => store.stats.compactions,
    ),
    counter(
      "localkv_failures_total",
      "Reads and writes of the file that failed.",
      () => store.stats.failures,
    ),
  ];
}
