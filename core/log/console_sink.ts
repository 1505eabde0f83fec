/**
 * Writes records to standard error, as text or as JSON lines. Standard output is left to the program, for
 * example for the answers of commands.
 *
 * @module
 */
import type { LogEntry, LogSink } from "./entry.ts";
import { LineStream } from "./line_stream.ts";
import { printable, printableJson } from "./printable.ts";

/** Format of a line. */
export type LogFormat = "text" | "json";

/** Writes one line, given without its line feed. */
export type LineWriter = (line: string) => void;

/**
 * Creates a sink that writes one line for each record.
 *
 * @param write Called with each line. Default: writes to standard error through a {@linkcode LineStream}.
 */
export function consoleSink(format: LogFormat = "text", write?: LineWriter): LogSink {
  const stream = write ? undefined : new LineStream(Deno.stderr);
  const writeLine = write ?? ((line: string) => stream!.write(line));
  const formatted = format === "json" ? formatJson : formatText;
  return (entry) => writeLine(formatted(entry));
}

/**
 * One record as a line of text, safe for a terminal.
 *
 * @example
 * ```ts
 * import { formatJson, formatText, type LogEntry } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const entry: LogEntry = {
 *   time: 0,
 *   level: "info",
 *   logger: "etcd",
 *   message: "Connected",
 *   fields: { endpoint: "a" },
 * };
 * assert.equal(formatText(entry), '1970-01-01T00:00:00.000Z INFO  etcd Connected {"endpoint":"a"}');
 * assert.equal(JSON.parse(formatJson(entry)).endpoint, "a");
 * ```
 */
export function formatText(entry: LogEntry): string {
  const time = new Date(entry.time).toISOString();
  const fields = Object.keys(entry.fields).length > 0
    ? ` ${printableJson(JSON.stringify(entry.fields))}`
    : "";
  return `${time} ${entry.level.toUpperCase().padEnd(5)} ${entry.logger} ${
    printable(entry.message)
  }${fields}`;
}

/** One record as a JSON line, safe for a terminal. A field named like a member of the record becomes `fields.<name>`. */
export function formatJson(entry: LogEntry): string {
  const { time, level, logger, message, fields } = entry;
  const line: Record<string, unknown> = {
    time: new Date(time).toISOString(),
    level,
    logger,
    message,
  };
  const own = Object.keys(line);
  for (const [name, value] of Object.entries(fields)) {
    line[own.includes(name) ? `fields.${name}` : name] = value;
  }
  return printableJson(JSON.stringify(line));
}
