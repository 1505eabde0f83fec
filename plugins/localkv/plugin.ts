/**
 * The embedded store as a plugin.
 *
 * @module
 */
import type { KeyValueStore } from "../../core/keyvalue/mod.ts";
import { counter, gauge, type MetricFamily } from "../../core/metrics/mod.ts";
import { definePlugin, type Plugin, type Token, token } from "../../core/plugin/mod.ts";
import { localkvConfig } from "./config.ts";
import { LocalStore } from "./local_store.ts";

/** Token of the embedded store. */
export const localkvToken: Token<KeyValueStore> = token("localkv");

/**
 * Provides the embedded store. Requires no other plugin. The start fails when the folder cannot be used,
 * because an agent without its store could lose data unnoticed.
 */
export function localkv(): Plugin {
  return definePlugin({
    name: "localkv",
    provides: [localkvToken],
    config: localkvConfig,
    fatal: true,
    init({ config, clock, log, metrics, provide }) {
      const store = LocalStore.open({
        folder: config.folder,
        durability: config.durability,
        maxBytes: config.maxSizeBytes,
        maxValueBytes: config.maxValueBytes,
        maxHistory: config.historyChanges,
        maxHistoryAgeMs: config.historyAgeMs,
        clock,
        log,
      });
      metrics.add(...families(store));
      provide(localkvToken, store);
      return store;
    },
    close: (store) => store.close(),
  });
}

function families(store: LocalStore): MetricFamily[] {
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
    gauge("localkv_watches", "Open watches.", () => store.watches),
    counter(
      "localkv_watch_overflows_total",
      "Watches that ended because their reader was too slow.",
      () => store.watchOverflows,
    ),
  ];
}
