import assert from "node:assert/strict";
import { type LogHandler, type LogRecord, LogRegistry } from "../../../core/log/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

/** The way `@std/log` writes its base class: a level of its own and a method that formats. */
class Lines implements LogHandler {
  readonly lines: string[] = [];
  readonly records: LogRecord[] = [];
  readonly #level = 30;

  handle(record: LogRecord): void {
    if (record.level < this.#level) return;
    this.records.push(record);
    this.lines.push(`${record.levelName} ${record.loggerName} ${record.msg}`);
  }
}

Deno.test("LogRegistry() writes to a handler of the shape of @std/log", () => {
  const handler = new Lines();
  const logs = new LogRegistry({ sinks: [handler], level: "debug", clock: manualClock() });
  for (const level of ["debug", "info", "warn", "error"] as const) {
    logs.logger("a")[level](`at ${level}`);
  }
  assert.deepEqual(handler.lines, ["WARN a at warn", "ERROR a at error"]);
  assert.deepEqual(handler.records.map(({ level }) => level), [30, 40]);
});

Deno.test("a handler gets the time, and the redacted fields as one argument", () => {
  const clock = manualClock();
  const handler = new Lines();
  const logs = new LogRegistry({ clock });
  logs.logger("a").warn("Hello", { password: "abc", n: 1 });
  logs.logger("a").warn("Bye");
  logs.setSinks([handler]);
  assert.deepEqual(handler.records.map(({ args }) => args), [
    [{ password: "[redacted]", n: 1 }],
    [],
  ]);
  assert.deepEqual(handler.records[0].datetime, new Date(clock.now()));
});
