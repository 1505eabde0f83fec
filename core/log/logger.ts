/**
 * Named loggers with levels that can be changed at run time, and one early buffer: records logged before the
 * sinks are set are kept and written afterwards. The buffer holds 1,000 records; when it is full, the oldest
 * record is dropped and counted.
 *
 * The loggers of one agent belong to one {@linkcode LogRegistry}; there is no global registry.
 *
 * @module
 */
import { type Clock, systemClock } from "../async/mod.ts";
import { errorCode } from "../errors/mod.ts";
import type { LogEntry, LogFields, LogSink } from "./entry.ts";
import { type LogHandler, toLogRecord } from "./handler.ts";
import { levelOrder, type LogLevel } from "./level.ts";
import { redact, redactText } from "./redact.ts";
import { RepeatLimit } from "./repeat_limit.ts";

/** Logs records under one name. */
export interface Logger {
  /** Name shown with each record. */
  readonly name: string;
  /** Logs details for finding a fault. */
  debug(message: string, fields?: LogFields): void;
  /** Logs normal operation. */
  info(message: string, fields?: LogFields): void;
  /** Logs a problem that the agent handles itself. */
  warn(message: string, fields?: LogFields): void;
  /** Logs a problem that needs an operator. */
  error(message: string, fields?: LogFields): void;
  /** Whether records of this level are written. Check it before building expensive fields. */
  isEnabled(level: Exclude<LogLevel, "off">): boolean;
  /** The logger `<name>.<child>`. */
  child(name: string): Logger;
}

/** Options of {@linkcode LogRegistry}. */
export interface LogRegistryOptions {
  /** Level of loggers without an own level. Default `info`. */
  level?: LogLevel;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Sinks from the start. Default: none, records wait in the early buffer. */
  sinks?: readonly (LogSink | LogHandler)[];
}

const earlyCapacity = 1_000;

/** All loggers of one agent. */
export class LogRegistry {
  readonly #clock: Clock;
  readonly #loggers = new Map<string, Logger>();
  readonly #levels = new Map<string, LogLevel>();
  readonly #repeats: RepeatLimit;
  #defaultLevel: LogLevel;
  #sinks: readonly LogSink[];
  #early: LogEntry[] | undefined;
  #earlyLost = 0;
  #failures = 0;
  #lastFailure: unknown;

  /** Creates a registry without loggers. */
  constructor({ level = "info", clock = systemClock, sinks }: LogRegistryOptions = {}) {
    this.#defaultLevel = level;
    this.#clock = clock;
    this.#sinks = (sinks ?? []).map(asSink);
    this.#early = sinks ? undefined : [];
    this.#repeats = new RepeatLimit(clock);
  }

  /** Number of records dropped because the early buffer was full. */
  get earlyLost(): number {
    return this.#earlyLost;
  }

  /** Number of calls of a sink that threw so far. */
  get sinkFailures(): number {
    return this.#failures;
  }

  /** Error of the last call of a sink that threw; undefined when none did. */
  get lastSinkFailure(): unknown {
    return this.#lastFailure;
  }

  /** Number of repeated records that were not written so far. */
  get suppressed(): number {
    return this.#repeats.suppressed;
  }

  /** Returns the logger of that name and creates it at the first call. */
  logger(name: string): Logger {
    const known = this.#loggers.get(name);
    if (known) return known;
    const logger: Logger = {
      name,
      debug: (message, fields) => this.#log("debug", name, message, fields),
      info: (message, fields) => this.#log("info", name, message, fields),
      warn: (message, fields) => this.#log("warn", name, message, fields),
      error: (message, fields) => this.#log("error", name, message, fields),
      isEnabled: (level) => levelOrder(level) >= levelOrder(this.level(name)),
      child: (child) => this.logger(`${name}.${child}`),
    };
    this.#loggers.set(name, logger);
    return logger;
  }

  /** Names and levels of all loggers created so far. */
  levels(): Map<string, LogLevel> {
    return new Map([...this.#loggers.keys()].sort().map((name) => [name, this.level(name)]));
  }

  /** Level of a logger: its own, else that of the nearest parent, else the default. */
  level(name: string): LogLevel {
    for (let at = name; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
      const own = this.#levels.get(at);
      if (own) return own;
    }
    return this.#defaultLevel;
  }

  /** Sets the level of one logger and its children. The name `default` stands for all without an own level. */
  setLevel(name: string, level: LogLevel): void {
    if (levelOrder(level) < 0) throw new RangeError(`Cannot set log level "${level}": unknown`);
    if (name === "default") this.#defaultLevel = level;
    else this.#levels.set(name, level);
  }

  /** Replaces the sinks and writes the records of the early buffer to them. */
  setSinks(sinks: readonly (LogSink | LogHandler)[]): void {
    this.#sinks = sinks.map(asSink);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const entry of early) this.#write(entry);
  }

  #log(level: LogEntry["level"], logger: string, message: string, fields: LogFields = {}): void {
    if (levelOrder(level) < levelOrder(this.level(logger))) return;
    const repeated = this.#repeats.check(`${logger}\0${level}\0${message}`);
    if (repeated === "suppress") return;
    const code = fields.code === undefined ? errorCode(fields.error) : undefined;
    const extra = repeated > 0 || code
      ? { ...fields, ...(code && { code }), ...(repeated > 0 && { repeated }) }
      : fields;
    this.#write({
      time: this.#clock.now(),
      level,
      logger,
      message: redactText(message),
      fields: redact(extra),
    });
  }

  #write(entry: LogEntry): void {
    if (this.#early) {
      this.#early.push(entry);
      if (this.#early.length > earlyCapacity) {
        this.#early.shift();
        this.#earlyLost++;
      }
      return;
    }
    for (const sink of this.#sinks) {
      try {
        sink(entry);
      } catch (error) {
        // A log record must never fail its caller.
        this.#failures++;
        this.#lastFailure = error;
      }
    }
  }
}

function asSink(sink: LogSink | LogHandler): LogSink {
  if (typeof sink === "function") return sink;
  return (entry) => sink.handle(toLogRecord(entry));
}
