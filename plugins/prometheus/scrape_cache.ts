import type { Clock } from "../../core/mod.ts";
import type { Exposition, ExpositionFormat } from "./exposition.ts";

/** A rendered scrape of one format, with the moment it was started. */
interface Entry {
  readonly startedMs: number;
  readonly exposition: Promise<Exposition>;
  /** Whether it is not finished. */
  isRunning: boolean;
}

/** Renders each format at most once in an interval and one at a time, and gives scrapes in between the same result. */
export class ScrapeCache {
  readonly #intervalMs: number;
  readonly #clock: Clock;
  readonly #entries = new Map<ExpositionFormat, Entry>();

  constructor(intervalMs: number, clock: Clock) {
    this.#intervalMs = intervalMs;
    this.#clock = clock;
  }

  /** The current exposition; `render` is called when there is none, or it is finished and older than the interval. */
  get(format: ExpositionFormat, render: () => Promise<Exposition>): Promise<Exposition> {
    const now = this.#clock.monotonic();
    const known = this.#entries.get(format);
    if (known && (known.isRunning || now - known.startedMs < this.#intervalMs)) {
      return known.exposition;
    }
    const exposition = render();
    const entry: Entry = { startedMs: now, exposition, isRunning: true };
    this.#entries.set(format, entry);
    const end = () => {
      entry.isRunning = false;
    };
    exposition.then(end, end);
    return exposition;
  }

  /** Forgets what was rendered. */
  clear(): void {
    this.#entries.clear();
  }
}
