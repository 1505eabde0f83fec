/**
 * Named loggers with a level each, changed at run time, and one early buffer: what is logged before the
 * sinks are known is kept (at most 1,000 records, the oldest go first and are counted) and written once
 * they are.
 *
 * The loggers of one agent belong to one {@linkcode LogRegistry}; there is no global one.
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

/** A named source of records. */
export interface Logger {
  /** Name shown with each record. */
  readonly name: string;
  /** For whoever looks for a fault. */
  debug(message: string, fields?: LogFields): void;
  /** For whoever wants to know what the agent does. */
  info(message: string, fields?: LogFields): void;
  /** Something is wrong and was dealt with. */
  warn(message: string, fields?: LogFields): void;
  /** Something is wrong and somebody has to act. */
  error(message: string, fields?: LogFields): void;
  /** Whether a record of this level would be written: spares building costly fields. */
  isEnabled(level: Exclude<LogLevel, "off">): boolean;
  /** The logger `<name>.<child>`. */
  child(name: string): Logger;
}

/** Options of {@linkcode LogRegistry}. */
export interface LogRegistryOptions {
  /** Level of loggers that have none of their own. Default `info`. */
  level?: LogLevel;
  /** Source of time. Default: the machine's. */
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

  /** Creates a registry without loggers. */
  constructor({ level = "info", clock = systemClock, sinks }: LogRegistryOptions = {}) {
    this.#defaultLevel = level;
    this.#clock = clock;
    this.#sinks = (sinks ?? []).map(asSink);
    this.#early = sinks ? undefined : [];
    this.#repeats = new RepeatLimit(clock);
  }

  /** Records that the early buffer lost because no sink was given in time. */
  get earlyLost(): number {
    return this.#earlyLost;
  }

  /** Records that were folded into "repeated" lines so far. */
  get suppressed(): number {
    return this.#repeats.suppressed;
  }

  /** The logger of that name, created when it is first asked for. */
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

  /** Names and levels of all loggers that were asked for. */
  levels(): Map<string, LogLevel> {
    return new Map([...this.#loggers.keys()].sort().map((name) => [name, this.level(name)]));
  }

  /** The level in force: the logger's own, else that of the nearest parent, else the default. */
  level(name: string): LogLevel {
    for (let at = name; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
      const own = this.#levels.get(at);
      if (own) return own;
    }
    return this.#defaultLevel;
  }

  /** Sets the level of one logger and its children; of all that have none when the name is `default`. */
  setLevel(name: string, level: LogLevel): void {
    if (levelOrder(level) < 0) throw new RangeError(`Cannot set log level "${level}": unknown`);
    if (name === "default") this.#defaultLevel = level;
    else this.#levels.set(name, level);
  }

  /** Replaces the sinks and writes to them what the early buffer holds. */
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
    for (const sink of this.#sinks) sink(entry);
  }
}

function asSink(sink: LogSink | LogHandler): LogSink {
  if (typeof sink === "function") return sink;
  return (entry) => sink.handle(toLogRecord(entry));
}
