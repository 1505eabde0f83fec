/**
 * Events of the log destinations, each as a log line and a number together. A line is logged when a condition
 * begins or ends, never per attempt, so that a broken disk does not fill the log that cannot be written.
 *
 * @module
 */
import { type Clock, describeError, type Logger } from "../../core/mod.ts";
import type { LoggingMode } from "../settings/mod.ts";
import { type Delivery, describeDelivery } from "../../core/forward/mod.ts";

/** Whether log lines reach their destinations. */
export type LogHealth =
  | { readonly state: "ok" }
  | { readonly state: "degraded"; readonly reason: string };

/** Options of {@linkcode LogTelemetry}. */
export interface LogTelemetryOptions {
  /** Logger for the events. */
  readonly log: Logger;
  /** Clock for durations. */
  readonly clock: Clock;
  /** Called when writing starts failing or recovers, and when publishers are held or released. */
  readonly onHealth?: (health: LogHealth) => void;
}

/** Pauses of publishers are reported when they last this long, in milliseconds. */
const reportHoldMs = 1_000;
/** Drops count as over when there has been room for this long, in milliseconds. */
const calmMs = 5_000;

/** Why a logging mode writes to files. */
const unavailableReason: Partial<Record<LoggingMode, string>> = {
  TCP:
    "Logging mode TCP writes to files: common-infra.json has no valid logging_svc_url (host:port)",
  KAFKA: "Logging mode KAFKA writes to files: no Kafka brokers are configured",
};

interface Outage {
  readonly sinceMs: number;
  readonly reason: string;
}

/** Events of the log destinations, with their counters. */
export class LogTelemetry {
  /** Attempts to write that failed. */
  writeFailures = 0;
  /** Bytes of torn lines that were cut off. */
  tornBytes = 0;
  /** Failed attempts to delete a backup or an old file. */
  pruneFailures = 0;
  /** Lines written to the overflow file because too many containers logged at once. */
  overflowLines = 0;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #onHealth: (health: LogHealth) => void;
  readonly #outages = new Map<string, Outage>();
  /** Full places for which publishers are paused, with the time when the pause began. */
  readonly #holding = new Map<string, number>();
  /** Places whose lines are dropped, with the time since when they have room again. */
  readonly #dropping = new Map<string, number>();
  #unavailable = "";
  #reported = "";

  /** Starts without any problem. */
  constructor({ log, clock, onHealth = () => {} }: LogTelemetryOptions) {
    this.#log = log;
    this.#clock = clock;
    this.#onHealth = onHealth;
  }

  /** Places that cannot be written now: open files, the log folder and the standard output. */
  get outages(): number {
    return this.#outages.size;
  }

  /** An attempt failed and will be repeated. Returns whether an outage of the place begins with it. */
  writeFailed(place: string, delivery: Delivery): boolean {
    this.writeFailures++;
    if (this.#outages.has(place)) return false;
    const error = delivery.status === "delivered" ? undefined : delivery.cause ?? delivery.reason;
    this.#outages.set(place, { sinceMs: this.#clock.monotonic(), reason: describeError(error) });
    this.#log.error("Log lines are kept until they can be written", { place, error });
    this.#reportHealth();
    return true;
  }

  /** A block was written. */
  written(place: string): void {
    if (this.#outages.size > 0) this.#recovered(place);
  }

  /** The place is not used any more. */
  forget(place: string): void {
    this.#outages.delete(place);
    this.#holding.delete(place);
    this.#dropping.delete(place);
    this.#reportHealth();
  }

  /** Lines were lost. */
  lost(place: string, lines: number, delivery: Delivery): void {
    this.#log.error("Log lines lost", { place, lines, reason: describeDelivery(delivery) });
  }

  /** The buffer of the place is full and publishers are paused. Short pauses are normal and not reported. */
  holding(place: string): void {
    this.#holding.set(place, this.#clock.monotonic());
  }

  /** The buffer of the place is full and its new lines are dropped. */
  dropping(place: string): void {
    this.#holding.delete(place);
    const isKnown = this.#dropping.has(place);
    this.#dropping.set(place, Infinity);
    if (isKnown) return;
    this.#log.error("Log lines are being dropped: too many wait to be written", { place });
    this.#reportHealth();
  }

  /** The buffer of the place has room again. */
  hasRoom(place: string): void {
    this.#holding.delete(place);
    if (this.#dropping.has(place)) this.#dropping.set(place, this.#clock.monotonic());
  }

  /** Reports pauses that last, and the end of drops; to be called about twice a second. */
  tick(): void {
    const now = this.#clock.monotonic();
    for (const [place, roomSinceMs] of this.#dropping) {
      if (now - roomSinceMs < calmMs) continue;
      this.#dropping.delete(place);
      this.#log.info("No log lines are being dropped any more", { place });
    }
    this.#reportHealth();
  }

  /** A torn line was cut off. */
  tornLine(path: string, bytes: number): void {
    this.tornBytes += bytes;
    this.#log.warn("Torn last line cut off the log file", { path, bytes });
  }

  /** A backup or an old file could not be deleted. */
  pruneFailed(path: string, error: unknown): void {
    this.pruneFailures++;
    this.#log.warn("Cannot delete an old log file; trying again later", { path, error });
  }

  /** A line was written to the overflow file because too many containers log at once. */
  overflowed(path: string, maxFiles: number): void {
    if (this.overflowLines++ > 0) return;
    this.#log.warn("Too many containers write logs; the rest share one file", { path, maxFiles });
  }

  /** The logging mode that is set but not configured, so that lines are written to files; undefined for none. */
  modeUnavailable(mode: LoggingMode | undefined): void {
    this.#unavailable = mode === undefined ? "" : unavailableReason[mode] ?? "";
    if (this.#unavailable !== "") this.#log.warn(this.#unavailable, { mode });
    this.#reportHealth();
  }

  #recovered(place: string): void {
    const outage = this.#outages.get(place);
    if (outage === undefined) return;
    this.#outages.delete(place);
    const afterMs = Math.round(this.#clock.monotonic() - outage.sinceMs);
    this.#log.info("Log lines are being written again", { place, afterMs });
    this.#reportHealth();
  }

  #reportHealth(): void {
    const reason = this.#problems().join("; ");
    if (reason === this.#reported) return;
    this.#reported = reason;
    this.#onHealth(reason === "" ? { state: "ok" } : { state: "degraded", reason });
  }

  /** What an operator has to know, the most important first; one line for each kind. */
  #problems(): string[] {
    const problems: string[] = [];
    const now = this.#clock.monotonic();
    const held = this.#holding.entries().find(([, sinceMs]) => now - sinceMs >= reportHoldMs);
    if (held !== undefined) {
      problems.push(`Publishers are held: ${held[0]} does not take the log lines fast enough`);
    }
    const [dropping] = this.#dropping.keys();
    if (dropping !== undefined) problems.push(`Log lines for ${dropping} are being dropped`);
    const [outage] = this.#outages.values();
    if (outage !== undefined) problems.push(outage.reason);
    if (this.#unavailable !== "") problems.push(this.#unavailable);
    return problems;
  }
}
