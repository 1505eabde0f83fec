import assert from "node:assert/strict";
import { type LogEntry, LogRegistry } from "../../../core/log/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";

Deno.test("a record carries time, level, logger, message and fields", () => {
  const clock = manualClock(1_000);
  const { registry, entries } = recordingLogs(clock);
  registry.logger("etcd").warn("Lost", { endpoint: "a" });
  assert.deepEqual(entries, [
    { time: 1_000, level: "warn", logger: "etcd", message: "Lost", fields: { endpoint: "a" } },
  ]);
});

Deno.test("logger() returns the same logger for the same name", () => {
  const registry = new LogRegistry();
  assert.equal(registry.logger("a"), registry.logger("a"));
  assert.equal(registry.logger("a").child("b"), registry.logger("a.b"));
});

Deno.test("a logger writes what is at or above its level, changed at run time", () => {
  const { registry, messages } = recordingLogs();
  const log = registry.logger("a");
  registry.setLevel("a", "warn");
  log.info("no");
  log.warn("yes");
  registry.setLevel("a", "off");
  log.error("never");
  registry.setLevel("a", "debug");
  log.debug("again");
  assert.deepEqual(messages(), ["yes", "again"]);
});

Deno.test("a level holds for the children unless they have their own; default is for the rest", () => {
  const registry = new LogRegistry();
  registry.setLevel("a", "debug");
  registry.setLevel("a.b.c", "error");
  registry.setLevel("default", "warn");
  assert.equal(registry.level("a.b"), "debug");
  assert.equal(registry.level("a.b.c.d"), "error");
  assert.equal(registry.level("ab"), "warn");
  assert(registry.logger("a.b").isEnabled("debug"));
  assert(!registry.logger("x").isEnabled("info"));
});

Deno.test("T-LOGREG levels() lists the loggers created so far, sorted, and levels apply to loggers created later", () => {
  const registry = new LogRegistry();
  registry.setLevel("late", "error");
  registry.logger("b");
  registry.logger("a");
  assert.deepEqual([...registry.levels()], [["a", "info"], ["b", "info"]]);
  registry.logger("late");
  assert.equal(registry.levels().get("late"), "error");
});

Deno.test("setLevel() refuses an unknown level", () => {
  assert.throws(() => new LogRegistry().setLevel("a", "loud" as "debug"), RangeError);
});

Deno.test("records logged before the sinks are set are kept and written in order", () => {
  const registry = new LogRegistry();
  registry.logger("a").info("first");
  registry.logger("b").info("second");
  const seen: string[] = [];
  registry.setSinks([({ message }) => seen.push(message)]);
  registry.logger("a").info("third");
  assert.deepEqual(seen, ["first", "second", "third"]);
});

Deno.test("the early buffer keeps the newest 1,000 records and counts the others", () => {
  const registry = new LogRegistry();
  for (let line = 0; line < 1_005; line++) registry.logger("a").info(`line ${line}`);
  const seen: LogEntry[] = [];
  registry.setSinks([(entry) => seen.push(entry)]);
  assert.equal(seen.length, 1_000);
  assert.equal(seen[0].message, "line 5");
  assert.equal(registry.earlyLost, 5);
});

Deno.test("equal records are written 20 times in ten seconds, then counted", async () => {
  const clock = manualClock();
  const { registry, entries } = recordingLogs(clock);
  const log = registry.logger("a");
  for (let round = 0; round < 50; round++) log.warn("again");
  log.warn("another");
  assert.equal(entries.length, 21);
  assert.equal(registry.suppressed, 30);
  await clock.advance(10_000);
  log.warn("again");
  assert.deepEqual(entries.at(-1)?.fields, { repeated: 30 });
});

Deno.test("the same text on another logger or level is another record", () => {
  const { registry, entries } = recordingLogs(manualClock());
  for (let round = 0; round < 20; round++) registry.logger("a").warn("again");
  registry.logger("a").error("again");
  registry.logger("b").warn("again");
  assert.equal(entries.length, 22);
});

Deno.test("secrets are taken out of fields and of the message", () => {
  const { registry, entries } = recordingLogs();
  registry.logger("a").info("Dialling nats://user:pw@host:4222", { password: "hunter2" });
  assert.equal(entries[0].message, "Dialling nats://[redacted]@host:4222");
  assert.deepEqual(entries[0].fields, { password: "[redacted]" });
});

Deno.test("a sink that throws fails neither the caller nor the other sinks, and is counted", () => {
  const messages: string[] = [];
  const logs = new LogRegistry({
    sinks: [() => {
      throw new Error("disk full");
    }, ({ message }) => messages.push(message)],
  });
  logs.logger("a").info("Hello");
  logs.logger("a").info("Bye");
  assert.deepEqual(messages, ["Hello", "Bye"]);
  assert.equal(logs.sinkFailures, 2);
  assert.match(String(logs.lastSinkFailure), /disk full/);
});
