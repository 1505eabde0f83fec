/**
 * Collects the metrics of all sources at aligned times.
 *
 * @module
 */
import { type Clock, counter, gauge, type Logger, type MetricFamily } from "../../core/mod.ts";
import { inTurns } from "./_turns.ts";
import type { AlignedSettings } from "./aligned_settings.ts";
import { alignedTicks } from "./aligned_ticks.ts";
import { type BucketBounds, BucketStore } from "./bucket_store.ts";
import { type ExpositionLimit, ExpositionLimitError, expositionPieces } from "./exposition_text.ts";
import { readSource, type SourceAnswer } from "./scrape_source.ts";
import { type ScrapedSamples, SeriesTable } from "./series_table.ts";

/** Why a source was left out of a bucket. */
type FailureReason =
  | Extract<SourceAnswer, { status: "failed" }>["reason"]
  | "malformed"
  | ExpositionLimit;

/** Counters over all collectors of a run. */
export class AlignedStats {
  /** Aligned times at which metrics were collected. */
  ticks = 0;
  /** Aligned times passed over. */
  skipped = 0;
  /** Jumps of the clock. */
  jumps = 0;
  /** Families left out because two sources have them with different types. */
  conflicts = 0;
  /** Reads of sources that failed, by reason. */
  readonly failures: Record<FailureReason, number> = {
    unreachable: 0,
    timeout: 0,
    http_status: 0,
    too_large: 0,
    malformed: 0,
    line_too_long: 0,
    too_many_labels: 0,
    too_many_samples: 0,
    too_many_families: 0,
  };

  /** The families; `store` returns the buckets that are kept now. */
  families(store: () => BucketStore | undefined): MetricFamily[] {
    const dropped = new Map<string, number>();
    return [
      counter(
        "cim_aligned_ticks_total",
        "Aligned times at which metrics were collected.",
        () => this.ticks,
      ),
      counter(
        "cim_aligned_skipped_intervals_total",
        "Aligned times passed over because the clock jumped or the process stood still.",
        () => this.skipped,
      ),
      counter(
        "cim_aligned_clock_jumps_total",
        "Aligned times before which the clock jumped.",
        () => this.jumps,
      ),
      counter(
        "cim_aligned_type_conflicts_total",
        "Families left out because two sources have them with different types.",
        () => this.conflicts,
      ),
      counter(
        "cim_aligned_source_failures_total",
        "Sources left out at an aligned time, by reason.",
        () => samplesOf(this.failures),
      ),
      counter(
        "cim_aligned_dropped_total",
        "Aligned times dropped before they were read, by reason.",
        () => {
          for (const [reason, value] of Object.entries(store()?.dropped ?? {})) {
            dropped.set(reason, value);
          }
          return [...dropped].map(([reason, value]) => ({ labels: { reason }, value }));
        },
      ),
      gauge("cim_aligned_buckets", "Aligned times that are kept.", () => store()?.size ?? 0),
      gauge("cim_aligned_samples", "Samples that are kept.", () => store()?.samples ?? 0),
      gauge("cim_aligned_bytes", "Estimated memory of them.", () => store()?.bytes ?? 0),
    ];
  }
}

/** Options of {@linkcode AlignedCollector}. */
export interface AlignedCollectorOptions {
  readonly settings: AlignedSettings;
  readonly bounds: Omit<BucketBounds, "maxBuckets">;
  /** Time limit for all sources of one aligned time, in milliseconds; at most half of the interval. */
  readonly timeoutMs: number;
  /** Most bytes of one source's answer. */
  readonly maxScrapeBytes: number;
  /** CA certificates to trust for https, as PEM. Default: those of the system. */
  readonly ca?: string;
  /** Returns the agent's own metrics in the text format. */
  readonly ownMetrics: () => Promise<string>;
  /** Label `source_port` of the agent's own metrics. */
  readonly ownPort: number;
  readonly stats: AlignedStats;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called after each aligned time with the sources that failed; empty when all were read. Must not throw. */
  readonly onOutcome: (failed: readonly string[]) => void;
}

/** Collects until its signal aborts. */
export class AlignedCollector {
  /** What was collected. */
  readonly store: BucketStore;
  readonly #options: AlignedCollectorOptions;
  readonly #table = new SeriesTable();

  /** Collects nothing yet. */
  constructor(options: AlignedCollectorOptions) {
    this.#options = options;
    const bounds = { ...options.bounds, maxBuckets: options.settings.maxRetention };
    this.store = new BucketStore(this.#table, bounds, options.clock);
  }

  /** Collects at each aligned time until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { settings: { intervalMs }, clock, stats, log } = this.#options;
    for await (
      const { timeMs, skipped, jumpMs, isReset } of alignedTicks(clock, intervalMs, signal)
    ) {
      if (skipped > 0 || jumpMs !== 0) {
        stats.skipped += skipped;
        if (jumpMs !== 0) stats.jumps++;
        log.warn("Aligned metrics: the clock jumped, or the process stood still", {
          jumpMs,
          skipped,
        });
      }
      if (isReset) this.store.dropFrom(timeMs);
      const answers = await this.#readAll(signal);
      if (signal.aborted) return;
      await this.collect({ timeMs, skipped, jumpMs }, answers, signal);
    }
  }

  /** Stores what the sources said at an aligned time; nothing if the signal aborts meanwhile. One call at a time. */
  async collect(
    at: { readonly timeMs: number; readonly skipped: number; readonly jumpMs: number },
    answers: ReadonlyMap<string, SourceAnswer>,
    signal: AbortSignal,
  ): Promise<void> {
    const { stats, onOutcome } = this.#options;
    const read: ScrapedSamples[] = [];
    const failed: string[] = [];
    for (const [source, answer] of answers) {
      const samples = await this.#take(source, answer, signal);
      if (signal.aborted) return;
      if (typeof samples === "string") failed.push(`port ${source}: ${samples}`);
      else read.push(samples);
    }
    stats.ticks++;
    stats.conflicts += read.reduce((sum, { conflicts }) => sum + conflicts, 0);
    this.store.add({
      ...at,
      series: read.length === 1 ? read[0].series : read.flatMap(({ series }) => series),
      values: Float64Array.from(
        read.length === 1 ? read[0].values : read.flatMap((one) => one.values),
      ),
      isComplete: failed.length === 0,
    });
    onOutcome(failed);
  }

  async #readAll(signal: AbortSignal): Promise<Map<string, SourceAnswer>> {
    const { settings, timeoutMs, maxScrapeBytes: maxBytes, ca, ownMetrics, ownPort, clock } =
      this.#options;
    const { scheme, path, ports, intervalMs } = settings;
    const limits = {
      timeoutMs: Math.min(timeoutMs, intervalMs / 2),
      maxBytes,
      ca,
      clock,
      signal,
    };
    const own = ownMetrics().then((text): SourceAnswer => ({ status: "read", text }));
    const reads = ports.filter((port) => port !== ownPort)
      .map(async (port) => [`${port}`, await readSource({ scheme, port, path }, limits)] as const);
    return new Map(
      await Promise.all([...reads, own.then((read) => [`${ownPort}`, read] as const)]),
    );
  }

  /** Reads an answer; the text says why it was left out. */
  async #take(
    source: string,
    answer: SourceAnswer,
    signal: AbortSignal,
  ): Promise<ScrapedSamples | string> {
    const { stats, bounds } = this.#options;
    if (answer.status === "failed") {
      stats.failures[answer.reason]++;
      return answer.detail;
    }
    const scrape = this.#table.scrape(source, bounds.maxSamples);
    try {
      await inTurns(expositionPieces(answer.text, scrape), signal);
    } catch (error) {
      scrape.discard();
      if (error instanceof ExpositionLimitError) stats.failures[error.limit]++;
      else if (error instanceof SyntaxError) stats.failures.malformed++;
      else throw error;
      return error.message;
    }
    return scrape.end();
  }
}

function samplesOf(counts: Readonly<Record<string, number>>) {
  return Object.entries(counts).map(([reason, value]) => ({ labels: { reason }, value }));
}
