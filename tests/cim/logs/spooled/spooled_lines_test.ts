import assert from "node:assert/strict";
import type { TcpOptions } from "../../../../cim/logs/mod.ts";
import { Books, MemorySpool, systemClock } from "../../../../core/mod.ts";
import { TcpCollector } from "../../../_support/tcp_collector.ts";
import { fixture, type FixtureOptions, settingsOf, timers, until } from "../_fixture.ts";

/** A route with a collector; real time, since sockets do not follow another clock. */
function setUp(tcp: Partial<TcpOptions> = {}, options: FixtureOptions = {}) {
  const collector = new TcpCollector();
  const target = { hostname: "127.0.0.1", port: collector.port };
  const route = fixture({
    clock: systemClock,
    lmaas: { logging_mode: "TCP" },
    isRaw: true,
    tcp: { target: () => target, ...tcp },
    ...options,
  });
  const running = timers(route.route);
  return {
    ...route,
    collector,
    book: route.tcp!.lines.book,
    /** Sends lines with the numbers from `first` on. */
    lines(first: number, count: number) {
      for (let number = first; number < first + count; number++) {
        route.send("amf", "c1", `${number}`);
      }
      route.route.endOfChunk();
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await route[Symbol.asyncDispose]();
      await collector[Symbol.asyncDispose]();
    },
  };
}

function numbers(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${first + index}`);
}

/** Without the lines that arrived before, as a reader that knows the numbers does it. */
function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}

Deno.test("SpooledLines sends lines in order and counts them as delivered once they have arrived", async () => {
  await using at = setUp({ resendMs: 0 });
  at.lines(1, 3);
  await until("the lines are counted", () => at.book.delivered === 3);
  assert.deepEqual(at.collector.lines, ["1", "2", "3"]);
  assert.deepEqual([at.book.accepted, at.book.spooled, at.book.unaccounted], [3, 0, 0]);
  assert.deepEqual(at.names(), [], "no file was written");
});

Deno.test("SpooledLines counts lines as spooled while they may have to be sent again", async () => {
  await using at = setUp({ resendMs: 3_600_000 });
  at.lines(1, 3);
  await at.collector.until(() => at.collector.lines.length === 3);
  await until("the lines are counted", () => at.book.spooled === 3);
  assert.deepEqual([at.book.delivered, at.book.unaccounted], [0, 0]);
});

Deno.test("D-52 D-54 D-59 SpooledLines loses no line and keeps the order when the collector restarts", async () => {
  await using at = setUp();
  for (let round = 0; round < 4; round++) {
    at.lines(round * 100, 50);
    await at.collector.until(() => unique(at.collector.lines).length >= round * 100 + 50);
    await at.collector.stop();
    at.lines(round * 100 + 50, 50);
    await until("sending fails", () => at.route.telemetry.outages === 1);
    assert.equal(at.book.unaccounted, 0);
    at.collector.start();
    await at.collector.until(() => unique(at.collector.lines).length === round * 100 + 100);
  }
  assert.deepEqual(unique(at.collector.lines), numbers(0, 400));
  assert.equal(at.book.unaccounted, 0);
  assert.equal(at.book.dropped.size, 0);
});

Deno.test("D-59 C2-15: SpooledLines never continues a line that was cut off: each connection begins with a whole one", async () => {
  await using at = setUp();
  at.collector.cutAt(7);
  at.lines(1_000, 100);
  await until("three connections were cut", () => at.collector.connections.length >= 4);
  at.collector.cutAt(Infinity);
  await at.collector.until(() => unique(at.collector.lines).length === 100);
  assert.deepEqual(unique(at.collector.lines), numbers(1_000, 100));
  for (const text of at.collector.connections.filter((text) => text !== "")) {
    assert.match(text, /^1000\n10/);
  }
});

Deno.test("SpooledLines sends again what an idle collector may not have read before it closed", async () => {
  await using at = setUp();
  at.collector.hold();
  at.lines(1, 3);
  await until("the lines were sent", () => at.tcp!.sender.sentBytes === 6);
  await at.collector.stop();
  at.collector.start();
  await at.collector.until(() => at.collector.lines.length === 3);
  assert.deepEqual(at.collector.lines, ["1", "2", "3"]);
});

Deno.test("SpooledLines says in the status what fails, and that it works again", async () => {
  const health: string[] = [];
  await using at = setUp({}, {
    onHealth: (now) => health.push(now.state === "ok" ? "ok" : now.reason),
  });
  await at.collector.stop();
  at.lines(1, 1);
  await until("it is reported", () => health.length === 1);
  assert.match(health[0], /^Cannot connect to the log collector 127\.0\.0\.1:\d+: .*refused/);
  at.collector.start();
  await until("it is reported", () => health.length === 2);
  assert.equal(health[1], "ok");
});

Deno.test("D-57 SpooledLines delivers to files meanwhile when lines are not sent again, and leaves the files alone", async () => {
  await using at = setUp({ canResend: false });
  await at.collector.stop();
  at.lines(1, 1);
  await until("sending fails", () => at.route.telemetry.outages === 1);
  at.lines(2, 2);
  await at.route.flush();
  assert.equal(at.text("amf-0_ns1_amf-c1.log"), "2\n3\n");
  assert.deepEqual([at.book.accepted, at.files.book.delivered], [1, 2]);
  at.collector.start();
  await at.collector.until(() => at.collector.lines.length === 1);
  at.lines(4, 1);
  await at.collector.until(() => at.collector.lines.length === 2);
  assert.deepEqual(at.collector.lines, ["1", "4"]);
  assert.equal(at.text("amf-0_ns1_amf-c1.log"), "2\n3\n");
});

Deno.test("D-33 SpooledLines still sends its lines after the logging mode has changed, and then disconnects", async () => {
  await using at = setUp({ resendMs: 0 });
  await at.collector.stop();
  at.lines(1, 2);
  await until("sending fails", () => at.route.telemetry.outages === 1);
  at.route.configure(settingsOf({ logging_mode: "FILE" }));
  at.lines(3, 1);
  await at.route.flush();
  assert.equal(at.text("amf-0_ns1_amf-c1.log"), "3\n");
  at.collector.start();
  await until("the old lines are counted", () => at.book.delivered === 2);
  assert.deepEqual(at.collector.lines, ["1", "2"]);
  await until("the connection is closed", () => at.collector.open === 0);
  assert.equal(at.tcp!.sender.disconnects, 0);
  at.route.configure(settingsOf({ logging_mode: "TCP" }));
  at.lines(4, 1);
  await at.collector.until(() => at.collector.lines.length === 3);
});

Deno.test("SpooledLines.close() sends what waits, and the collector's end confirms it", async () => {
  const books = new Books();
  await using at = setUp({}, { books });
  at.lines(1, 1_000);
  assert.equal(await at.route.close(AbortSignal.timeout(10_000)), 0);
  assert.deepEqual(at.collector.lines, numbers(1, 1_000));
  assert.deepEqual([at.book.delivered, at.book.spooled, at.book.unaccounted], [1_000, 0, 0]);
});

Deno.test("SpooledLines.close() leaves lines in a durable queue, and the next run sends them", async () => {
  const queue = new MemorySpool().queue("logs_tcp");
  const books = new Books();
  {
    await using at = setUp({ queue }, { books });
    await at.collector.stop();
    at.lines(1, 5);
    await until("sending fails", () => at.route.telemetry.outages === 1);
    assert.equal(await at.route.close(AbortSignal.timeout(10_000)), 0);
    assert.deepEqual([at.book.spooled, at.book.unaccounted], [5, 0]);
  }
  queue.rewind();
  await using at = setUp({ queue, resendMs: 0 }, { books: new Books(books.snapshot()) });
  assert.deepEqual([at.book.accepted, at.book.spooled, at.book.unaccounted], [5, 5, 0]);
  await until("the lines are counted", () => at.book.delivered === 5);
  assert.deepEqual(at.collector.lines, numbers(1, 5));
});

Deno.test("SpooledLines counts lines as dropped that the queue found damaged, and as delivered that left it", async () => {
  const books = new Books({
    logs_tcp: { accepted: 10, delivered: 0, spooled: 10, inFlight: 0, rejected: {}, dropped: {} },
  });
  const damaged = new Map([["spool_damaged", 4]]);
  await using at = setUp({ damaged }, { books });
  const { accepted, delivered, spooled, unaccounted, dropped } = at.book;
  assert.deepEqual([accepted, delivered, spooled, unaccounted], [10, 6, 0, 0]);
  assert.deepEqual(Object.fromEntries(dropped), { spool_damaged: 4 });
});

Deno.test("SpooledLines.close() counts the lines that a queue in memory loses", async () => {
  await using at = setUp();
  await at.collector.stop();
  at.lines(1, 5);
  await until("sending fails", () => at.route.telemetry.outages === 1);
  assert.equal(await at.route.close(AbortSignal.timeout(500)), 5);
  assert.deepEqual([at.book.dropped.get("unwritten_at_stop"), at.book.unaccounted], [5, 0]);
});

Deno.test("SpooledLines holds the publishers when its queue is full, and no other destination waits", async () => {
  await using at = setUp({}, { maxBufferedBytes: 65_536, blockBytes: 4_096 });
  await at.collector.stop();
  const payload = "x".repeat(1_000);
  for (let count = 0; count < 100; count++) at.send("amf", "c1", payload);
  at.route.endOfChunk();
  await until("the queue is full", () => {
    at.send("amf", "c1", payload);
    at.route.endOfChunk();
    return at.route.isPaused;
  });
  assert.equal(at.book.unaccounted, 0);
  at.collector.start();
  await until("the publishers continue", () => !at.route.isPaused);
});
