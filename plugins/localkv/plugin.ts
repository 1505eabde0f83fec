/**
 * The embedded store as a plugin.
 *
 * With `fallback: memory`, a file that cannot be opened does not stop the start: the plugin provides a store in
 * memory, is degraded, and tries again to open the file; once it can, the entries in memory move into it. It is for
 * agents in which the embedded store only keeps state that can be rebuilt. Without it the start fails, because an agent
 * whose configuration is in this store would run with an empty one.
 *
 * @module
 */
import { backoff, type Clock, pause } from "../../core/async/mod.ts";
import type { ConfigOf } from "../../core/config/mod.ts";
import { describeError, errorCode } from "../../core/errors/mod.ts";
import { type KeyValueStore, memoryStore, type RevisionStore } from "../../core/keyvalue/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { counter, gauge, type MetricFamily } from "../../core/metrics/mod.ts";
import { definePlugin, type Plugin, type Token, token } from "../../core/plugin/mod.ts";
import type { StatusReporter } from "../../core/status/mod.ts";
import { localkvConfig } from "./config.ts";
import { FallbackStore } from "./fallback_store.ts";
import { LocalStore, type LocalStoreStats } from "./local_store.ts";

/** Token of the embedded store. */
export const localkvToken: Token<KeyValueStore> = token("localkv", { providedBy: "localkv()" });

type LocalkvConfig = ConfigOf<typeof localkvConfig>;

/** Longest delay between two attempts to open the file. */
const maxRetryMs = 60_000;

/** Provides the embedded store. Requires no other plugin. */
export function localkv(): Plugin {
  return definePlugin({
    name: "localkv",
    provides: [localkvToken],
    config: localkvConfig,
    fatal: true,
    init({ config, clock, log, metrics, provide, status, tasks, random }) {
      const opened = open(config, { clock, log, status });
      const current = () => opened instanceof FallbackStore ? opened.current : opened;
      const file = () => {
        const store = current();
        return store instanceof LocalStore ? store : undefined;
      };
      const { checkIntervalMs } = config;
      tasks.run("check", async (signal) => {
        if (opened instanceof FallbackStore) {
          await moveIntoFile(opened, config, { clock, log, status, random, signal });
        }
        const store = file();
        if (store) await check(store, checkIntervalMs, { clock, signal, status });
      });
      metrics.add(
        ...families(current),
        ...fileFamilies(file),
        gauge(
          "localkv_durable",
          "1 while writes reach the file of the store; 0 when they are lost with the process.",
          () => file() !== undefined && file()?.problem() === undefined ? 1 : 0,
        ),
      );
      provide(localkvToken, opened);
      return opened;
    },
    close: (store) => store.close(),
  });
}

/** What the store reports to and works with. */
interface StoreServices {
  readonly clock: Clock;
  readonly log: Logger;
  readonly status: StatusReporter;
}

/** Opens the file or, when that fails and the fallback is `memory`, a store in memory. */
function open(config: LocalkvConfig, services: StoreServices): LocalStore | FallbackStore {
  try {
    return openFile(config, services);
  } catch (error) {
    if (config.fallback === "none" || errorCode(error) === undefined) throw error;
    reportFallback(services.status, error);
    return new FallbackStore(memoryStore({
      clock: services.clock,
      maxBytes: config.maxSizeBytes,
      maxValueBytes: config.maxValueBytes,
      maxWatchBytes: config.maxWatchSizeBytes,
      maxHistory: config.historyChanges,
    }));
  }
}

function openFile(config: LocalkvConfig, { clock, log }: StoreServices): LocalStore {
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
}

function reportFallback(status: StatusReporter, error: unknown): void {
  status.degraded(`in memory, lost when the agent stops: ${describeError(error)}`);
}

/**
 * Tries to open the file until it succeeds, and moves the entries in memory into it. The delays grow to a minute, since
 * checking a large file that is damaged takes a while.
 */
async function moveIntoFile(
  store: FallbackStore,
  config: LocalkvConfig,
  { random, signal, ...services }: StoreServices & {
    readonly random: () => number;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { checkIntervalMs: min } = config;
  const delays = backoff({ min, max: Math.max(min, maxRetryMs), random });
  while (true) {
    await pause(services.clock, delays.next(), signal);
    if (signal.aborted) return;
    let file: LocalStore | undefined;
    try {
      file = openFile(config, services);
      await store.moveTo(file);
      services.status.ok();
      services.log.info("Moved the store in memory into its file", { folder: config.folder });
      return;
    } catch (error) {
      await file?.close();
      if (errorCode(error) === undefined) throw error;
      reportFallback(services.status, error);
    }
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

function families(store: () => RevisionStore): MetricFamily[] {
  return [
    gauge("localkv_watches", "Open watches.", () => store().watches),
    gauge(
      "localkv_watch_pending_bytes",
      "Bytes that the watches keep for slow readers.",
      () => store().watchPendingBytes,
    ),
    counter(
      "localkv_watch_overflows_total",
      "Watches that ended because their reader was too slow.",
      () => store().watchOverflows,
    ),
  ];
}

/** Metrics of the file; without samples while there is none. */
function fileFamilies(file: () => LocalStore | undefined): MetricFamily[] {
  const read = (name: keyof LocalStoreStats) => () => {
    const store = file();
    return store ? store.stats[name] : [];
  };
  return [
    gauge("localkv_revision", "Current revision.", read("revision")),
    gauge(
      "localkv_file_bytes",
      "Size of the file, without its write-ahead log.",
      read("fileBytes"),
    ),
    gauge("localkv_history_changes", "Changes kept in the history.", read("historySize")),
    counter(
      "localkv_compactions_total",
      "How often the history was trimmed.",
      read("compactions"),
    ),
    counter(
      "localkv_failures_total",
      "Reads and writes of the file that failed.",
      read("failures"),
    ),
  ];
}
