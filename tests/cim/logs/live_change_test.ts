/** Changes of the collector, of the format and of the resend while lines arrive, without loss. */
import assert from "node:assert/strict";
import type { TcpOptions } from "../../../cim/logs/mod.ts";
import { type HostPort, systemClock } from "../../../core/mod.ts";
import { TcpCollector } from "../../_support/tcp_collector.ts";
import { fixture, type FixtureOptions, timers, until } from "./_fixture.ts";

/** A route in mode TCP with two collectors, on real time; `target.port` is the port of the one in use. */
function setUp(tcp: Partial<TcpOptions> = {}, options: FixtureOptions = {}) {
  const collectors = [new TcpCollector(), new TcpCollector()];
  const target = { hostname: "127.0.0.1", port: collectors[0].port } satisfies HostPort;
  const tcpOptions = { target: () => target, ...tcp };
  const route = fixture({
    clock: systemClock,
    lmaas: { logging_mode: "TCP" },
    isRaw: true,
    tcp: tcpOptions,
    ...options,
  });
  const running = timers(route.route);
  return {
    ...route,
    tcpOptions,
    collectors,
    target,
    line(text: string) {
      route.send("amf", "c1", text);
      route.route.endOfChunk();
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await route[Symbol.asyncDispose]();
      for (const collector of collectors) await collector[Symbol.asyncDispose]();
    },
  };
}

Deno.test("lines go to a new collector without loss or repetition when the old one works", async () => {
  await using at = setUp();
  const [old, next] = at.collectors;
  let number = 0;
  for (; number < 50; number++) at.line(`${number}`);
  await old.until(() => old.lines.length === 50);
  at.target.port = next.port;
  at.tcp!.sender.retarget();
  for (; number < 100; number++) at.line(`${number}`);
  await next.until(() => next.lines.length === 50);
  const all = Array.from({ length: 100 }, (_, index) => `${index}`);
  assert.deepEqual([...old.lines, ...next.lines], all);
  await until("the lines are counted", () => at.tcp!.lines.book.delivered >= 50);
  assert.deepEqual([at.tcp!.lines.book.unaccounted, at.route.telemetry.writeFailures], [0, 0]);
});

Deno.test("lines that the old collector did not confirm go to the new one", async () => {
  await using at = setUp();
  const [old, next] = at.collectors;
  old.hold();
  at.line("1");
  await until("the line is sent", () => at.tcp!.sender.sentBytes === 2);
  at.target.port = next.port;
  at.tcp!.sender.retarget();
  at.line("2");
  await next.until(() => next.lines.length === 2);
  assert.deepEqual(next.lines, ["1", "2"]);
  old.read();
});

Deno.test("lines in the queue are sent in the format in which they were stored after log_format changes", async () => {
  await using at = setUp();
  const [collector] = at.collectors;
  await collector.stop();
  at.line("raw");
  await until("sending fails", () => at.route.telemetry.outages === 1);
  at.setRaw(false);
  at.line("in an envelope");
  await until("both wait", () => at.tcp!.lines.book.spooled === 2);
  at.setRaw(true);
  at.line("raw again");
  collector.start();
  await collector.until(() => collector.lines.length === 3);
  const [first, second, third] = collector.lines;
  assert.deepEqual([first, JSON.parse(second).log, third], ["raw", "in an envelope", "raw again"]);
});

Deno.test("the standard output writes the new format after log_format changes", async () => {
  await using at = fixture({ lmaas: { logging_mode: "STDOUT" } });
  at.send("amf", "c1", "one");
  at.setRaw(true);
  at.send("amf", "c1", "two");
  await at.route.flush();
  const [first, second] = at.stdoutText().split("\n");
  assert.deepEqual([JSON.parse(first).log, second], ["one", "two"]);
});

Deno.test("lines go to files or wait as enable_retrx says now, and those that wait are sent in any case", async () => {
  await using at = setUp();
  const [collector] = at.collectors;
  await collector.stop();
  at.line("1");
  await until("sending fails", () => at.route.telemetry.outages === 1);
  at.setResend(false);
  at.line("2");
  await at.route.flush();
  assert.equal(at.text("amf-0_ns1_amf-c1.log"), "2\n");
  at.setResend(true);
  at.line("3");
  collector.start();
  await collector.until(() => collector.lines.length === 2);
  assert.deepEqual(collector.lines, ["1", "3"]);
});

Deno.test("mode TCP writes to files until there is a collector, and again when there is none any more", async () => {
  await using at = setUp({}, { tcp: undefined });
  const [collector] = at.collectors;
  at.line("1");
  await at.route.flush();
  at.openTcp(at.tcpOptions);
  at.line("2");
  await collector.until(() => collector.lines.length === 1);
  at.route.offer("tcp", false);
  at.line("3");
  await at.route.flush();
  assert.equal(at.text("amf-0_ns1_amf-c1.log"), "1\n3\n");
  at.route.offer("tcp", true);
  at.line("4");
  await collector.until(() => collector.lines.length === 2);
  assert.deepEqual(collector.lines, ["2", "4"]);
  assert.throws(() => at.openTcp(at.tcpOptions), TypeError);
});
