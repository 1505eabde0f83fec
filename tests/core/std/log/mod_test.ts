import assert from "node:assert/strict";
import { BaseHandler, getLevelName, LogLevels, LogRecord } from "../../../../core/std/log/mod.ts";

class Lines extends BaseHandler {
  readonly lines: string[] = [];

  override log(msg: string): void {
    this.lines.push(msg);
  }
}

function record(level: (typeof LogLevels)[keyof typeof LogLevels], msg: string): LogRecord {
  return new LogRecord({ msg, args: ["a", 1], level, loggerName: "test" });
}

Deno.test("BaseHandler writes records at or above its level with the default format", () => {
  const handler = new Lines("WARN");
  handler.handle(record(LogLevels.INFO, "no"));
  handler.handle(record(LogLevels.WARN, "yes"));
  handler.handle(record(LogLevels.CRITICAL, "very"));
  assert.deepEqual(handler.lines, ["WARN yes", "CRITICAL very"]);
  assert.equal(handler.level, LogLevels.WARN);
});

Deno.test("LogRecord hands out copies, so that no handler changes what the next one sees", () => {
  const original = record(LogLevels.ERROR, "x");
  original.args.push("more");
  assert.deepEqual(original.args, ["a", 1]);
  assert.equal(original.levelName, "ERROR");
});

Deno.test("getLevelName() knows every level and refuses a number between them", () => {
  for (const [name, value] of Object.entries(LogLevels)) assert.equal(getLevelName(value), name);
  assert.throws(() => getLevelName(15 as 10), /no name for level: 15/);
});
