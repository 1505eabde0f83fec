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

/** Key of the embedded store. */
export const localkvToken: Token<KeyValueStore> = token("localkv");

/**
 * The default store of an agent that has no other. Requires nothing; a folder that is owned by another
 * process or damaged stops the start, for an agent without its store would do the wrong thing quietly.
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
    gauge("localkv_file_bytes", "Size of the file.", () => store.stats.fileBytes),
    gauge("localkv_history_changes", "Changes in the history.", () => store.stats.historySize),
    counter(
      "localkv_compactions_total",
      "Times the history was shortened.",
      () => store.stats.compactions,
    ),
    gauge("localkv_watches", "Open watches.", () => store.watches),
    counter(
      "localkv_watch_overflows_total",
      "Watches ended because their reader was too slow.",
      () => store.watchOverflows,
    ),
  ];
}
