/**
 * What happens to log destinations, each event as a log line and a number together. Lines are written when
 * something begins or ends, never per attempt, so that a broken disk does not fill the log that cannot be
 * written.
 *
 * @module
 */
import type { Clock, Logger } from "../../core/mod.ts";
import { type Delivery, describeDelivery } from "../../core/forward/mod.ts";

interface Outage {
  readonly sinceMs: number;
  readonly reason: string;
}

/** Options of {@linkcode LogTelemetry}. */
export interface LogTelemetryOptions {
  /** Where the lines go. */
  readonly log: Logger;
  /** Source of time. */
  readonly clock: Clock;
  /** Told why lines cannot be written, and of `""` once they can. */
  readonly onHealth?: (reason: string) => void;
}

/** Events of the log destinations, with their numbers. */
export class LogTelemetry {
  /** Attempts to write that failed. */
  writeFailures = 0;
  /** Bytes of torn lines that were cut off. */
  tornBytes = 0;
  /** Backups that could not be deleted, attempts counted. */
  pruneFailures = 0;
  /** Lines that went to the overflow file because too many containers wrote at once. */
  overflowLines = 0;
  /** Times that publishers were made to wait. */
  pauses = 0;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #onHealth: (reason: string) => void;
  readonly #outages = new Map<string, Outage>();

  /** Starts with nothing wrong. */
  constructor({ log, clock, onHealth = () => {} }: LogTelemetryOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#onHealth = onHealth;
  }

  /** Destinations that cannot be written now; at most one for each open file and the standard output. */
  get outages(): number {
    return this.#outages.size;
  }

  /** An attempt failed and will be repeated. */
  writeFailed(place: string, delivery: Delivery): void {
    this.writeFailures++;
    if (this.#outages.has(place)) return;
    const reason = describeDelivery(delivery);
    this.#outages.set(place, { sinceMs: this.#clock.monotonic(), reason });
    this.#log.error("Log lines are kept until they can be written", { place, reason });
    this.#onHealth(reason);
  }

  /** A block arrived. */
  written(place: string): void {
    if (this.#outages.size > 0) this.#recovered(place);
  }

  /** Nobody writes there any more. */
  forget(place: string): void {
    if (this.#outages.delete(place)) this.#tellHealth();
  }

  /** Lines were given up. */
  gaveUp(place: string, lines: number, delivery: Delivery): void {
    this.#log.error("Log lines lost", { place, lines, reason: describeDelivery(delivery) });
  }

  /** The backlog is full and new lines are dropped until there is room. */
  dropping(): void {
    this.#log.error("Log lines are being dropped: too many wait to be written");
  }

  /** A torn line was cut off. */
  tornLine(path: string, bytes: number): void {
    this.tornBytes += bytes;
    this.#log.warn("Torn last line cut off the log file", { path, bytes });
  }

  /** A backup could not be deleted. */
  pruneFailed(path: string, error: unknown): void {
    this.pruneFailures++;
    this.#log.warn("Cannot delete old backups of the log file", { path, error });
  }

  /** More containers write than files may be open. */
  overflowed(path: string, maxFiles: number): void {
    if (this.overflowLines++ > 0) return;
    this.#log.warn("Too many containers write logs; the rest share one file", { path, maxFiles });
  }

  /** The mode is not served yet. */
  modeUnsupported(mode: string): void {
    this.#log.warn(`Logging mode ${mode} is not available in this version; using FILE`, { mode });
  }

  #recovered(place: string): void {
    const outage = this.#outages.get(place);
    if (outage === undefined) return;
    this.#outages.delete(place);
    const afterMs = Math.round(this.#clock.monotonic() - outage.sinceMs);
    this.#log.info("Log lines are being written again", { place, afterMs });
    this.#tellHealth();
  }

  #tellHealth(): void {
    const [first] = this.#outages.values();
    this.#onHealth(first?.reason ?? "");
  }
}
