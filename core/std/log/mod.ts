/**
 * The part of `@std/log` 0.224 that this project uses, with the same names and signatures. It is
 * imported by path for the reason given in `core/std/yaml`.
 *
 * @module
 */

/** The levels, by name. */
export const LogLevels = {
  NOTSET: 0,
  DEBUG: 10,
  INFO: 20,
  WARN: 30,
  ERROR: 40,
  CRITICAL: 50,
} as const;

/** A level as a number. */
export type LogLevel = typeof LogLevels[keyof typeof LogLevels];

/** A level as a name. */
export type LevelName = keyof typeof LogLevels;

/** The name of a level. */
export function getLevelName(level: LogLevel): LevelName {
  for (const [name, value] of Object.entries(LogLevels)) {
    if (value === level) return name as LevelName;
  }
  throw new Error(`Cannot get log level: no name for level: ${level}`);
}

/** What a {@linkcode LogRecord} is made from. */
export interface LogRecordOptions {
  msg: string;
  args: unknown[];
  level: LogLevel;
  loggerName: string;
}

/** One thing that was logged. */
export class LogRecord {
  readonly msg: string;
  readonly level: number;
  readonly levelName: string;
  readonly loggerName: string;
  readonly #args: unknown[];

  constructor(options: LogRecordOptions) {
    this.msg = options.msg;
    this.level = options.level;
    this.levelName = getLevelName(options.level);
    this.loggerName = options.loggerName;
    this.#args = [...options.args];
  }

  /** What was given beside the message. */
  get args(): unknown[] {
    return [...this.#args];
  }
}

/** Turns a record into a line. */
export type FormatterFunction = (logRecord: LogRecord) => string;

/** Options of {@linkcode BaseHandler}. */
export interface BaseHandlerOptions {
  formatter?: FormatterFunction;
}

/** A destination of records at or above its level. */
export abstract class BaseHandler {
  readonly #level: LogLevel;
  formatter: FormatterFunction;

  constructor(
    levelName: LevelName,
    { formatter = ({ levelName, msg }) => `${levelName} ${msg}` }: BaseHandlerOptions = {},
  ) {
    this.#level = LogLevels[levelName];
    this.formatter = formatter;
  }

  /** The least level that is written. */
  get level(): LogLevel {
    return this.#level;
  }

  /** Writes the record if its level is high enough. */
  handle(logRecord: LogRecord): void {
    if (this.level > logRecord.level) return;
    this.log(this.format(logRecord));
  }

  /** The line of a record. */
  format(logRecord: LogRecord): string {
    return this.formatter(logRecord);
  }

  /** Writes one line. */
  abstract log(msg: string): void;
}
