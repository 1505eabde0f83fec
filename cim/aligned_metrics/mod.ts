/**
 * Metrics of the application and of the agent, collected at the same moments on all pods: at multiples of an interval
 * since 1970. `/metrics/aligned` gives out each aligned time with label `aligned_ts` and its timestamp.
 *
 * Decisions: an aligned time stays for a grace time after it was read, unlike in XGVela, where one read removes it, so
 * that a second scraper or a broken transfer loses nothing; when too much is kept, the oldest goes, not the newest. The
 * timestamp is the aligned time itself, not the time of the read rounded to five seconds. Each bucket says whether the
 * clock jumped or aligned times were passed over before it.
 *
 * It reads sources on this machine only, follows no redirects, and never waits longer than half of the interval.
 *
 * @module
 */
export { type AlignedOverrides, type AlignedSettings, resolveAligned } from "./aligned_settings.ts";
export { type AlignedTick, alignedTicks } from "./aligned_ticks.ts";
export { type Bucket, type BucketBounds, BucketStore, type DropReason } from "./bucket_store.ts";
export { AlignedCollector, type AlignedCollectorOptions, AlignedStats } from "./collector.ts";
export {
  type ExpositionLimit,
  ExpositionLimitError,
  expositionPieces,
  type ExpositionVisitor,
  type FamilyType,
  readExposition,
  type SeriesParts,
  seriesParts,
} from "./exposition_text.ts";
export { alignedMetrics } from "./plugin.ts";
export { renderBuckets, type RenderOptions, renderPieces } from "./render.ts";
export {
  readSource,
  type SourceAddress,
  type SourceAnswer,
  type SourceLimits,
} from "./scrape_source.ts";
export {
  type Family,
  type Scrape,
  type ScrapedSamples,
  type Series,
  SeriesTable,
} from "./series_table.ts";
