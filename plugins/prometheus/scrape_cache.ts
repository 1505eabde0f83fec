import type { Clock } from "../../core/mod.ts";
import type { Exposition, ExpositionFormat } from "./exposition.ts";

/** A rendered scrape of one format, with the moment it was started. */
interface Entry {
  readonly startedMs: number;
  readonly exposition: Promise<Exposition>;
}

/** Renders each format at most once in an interval, and gives scrapes in between the same result. */
export class ScrapeCache {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #entries = new Map<ExpositionFormat, Entry>();

  constructor(intervalMs: number, clock: Clock) {
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  /** The current exposition; `render` is called when there is none, or it is older than the interval. */
  get(format: ExpositionFormat, render: () => Promise<Exposition>): Promise<Exposition> {
    const now = this.#clock.monotonic();
    const known = this.#entries.get(format);
    if (known && now - known.startedMs < this.#intervalMs) return known.exposition;
    const exposition = render();
    this.#entries.set(format, { startedMs: now, exposition });
    return exposition;
  }

  /** Forgets what was rendered. */
  clear(): void {
    this.#entries.clear();
  }
}
