import assert from "node:assert/strict";
import {
  AlignedCollector,
  AlignedStats,
  type SourceAnswer,
} from "../../../cim/aligned_metrics/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { TaskGroup } from "../../../core/mod.ts";

const { signal: never } = new AbortController();

function setUp(maxSamples = 100) {
  const clock = manualClock(1_600_000_020_000);
  const stats = new AlignedStats();
  const outcomes: (readonly string[])[] = [];
  const logs = recordingLogs(clock);
  const tasks = new TaskGroup((name, error) => assert.fail(`${name}: ${error}`));
  let scrapes = 0;
  const collector = new AlignedCollector({
    settings: { scheme: "http", ports: [], path: "/", intervalMs: 60_000, maxRetention: 5 },
    bounds: { maxSamples, maxBytes: 1e6, graceMs: 60_000 },
    timeoutMs: 1_000,
    maxScrapeBytes: 1_000,
    ownMetrics: () => Promise.resolve(`own ${++scrapes}\n`),
    ownPort: 9095,
    stats,
    clock,
    log: logs.registry.logger("aligned_metrics"),
    onOutcome: (failed) => outcomes.push(failed),
  });
  const collect = (answers: Record<string, string | SourceAnswer>, signal = never) =>
    collector.collect(
      { timeMs: clock.now(), skipped: 0, jumpMs: 0 },
      new Map(
        Object.entries(answers).map(([port, answer]) => [
          port,
          typeof answer === "string" ? { status: "read", text: answer } : answer,
        ]),
      ),
      signal,
    );
  const samples = () =>
    collector.store.read().map(({ series, values }) =>
      series.map(({ name, labels }, at) => `${name}{${labels}} ${values[at]}`)
    );
  return { clock, stats, outcomes, logs, tasks, collector, collect, samples };
}

Deno.test("AlignedCollector collects the agent's own metrics at each aligned time", async () => {
  const test = setUp();
  await using _tasks = test.tasks;
  test.tasks.run("collect", (signal) => test.collector.run(signal));
  await test.clock.advance(120_000);
  assert.deepEqual(test.samples(), [
    ['own{source_port="9095"} 1'],
    ['own{source_port="9095"} 2'],
  ]);
  assert.equal(test.stats.ticks, 2);
});

Deno.test("C2-32: AlignedCollector logs and counts a jump of the clock, and drops what lies in the future", async () => {
  const test = setUp();
  await using _tasks = test.tasks;
  test.tasks.run("collect", (signal) => test.collector.run(signal));
  await test.clock.advance(240_000);
  test.clock.setNow(test.clock.now() - 180_000);
  await test.clock.advance(61_000);
  const times = test.collector.store.read().map(({ timeMs }) => timeMs);
  assert.deepEqual(times, [...new Set(times)].sort((a, b) => a - b));
  assert.deepEqual([test.stats.jumps, test.collector.store.dropped.clock_jump], [1, 3]);
  assert.equal(test.logs.messages("warn").length, 1);
});

Deno.test("D-86 AlignedCollector leaves a source that fails out, with its reason, and takes the others", async () => {
  const test = setUp(3);
  await test.collect({
    1: "good 1\n",
    2: { status: "failed", reason: "http_status", detail: "status 500" },
    3: "fine 1\nbroken\n",
    4: "a 1\nb 1\nc 1\nd 1\n",
  });
  assert.deepEqual(test.samples(), [['good{source_port="1"} 1']]);
  assert.deepEqual(test.outcomes, [[
    "port 2: status 500",
    "port 3: line 2: it has no value",
    "port 4: more than 3 samples",
  ]]);
  const { failures } = test.stats;
  assert.deepEqual([failures.http_status, failures.malformed, failures.too_many_samples], [
    1,
    1,
    1,
  ]);
  assert.equal(test.collector.store.read()[0].isComplete, false);
});

Deno.test("AlignedCollector leaves out a family that another source has with another type, and counts it", async () => {
  const test = setUp();
  await test.collect({ 1: "# TYPE a counter\na 1\n", 2: "# TYPE a gauge\na 2\nb 3\n" });
  assert.deepEqual(test.samples(), [['a{source_port="1"} 1', 'b{source_port="2"} 3']]);
  assert.equal(test.stats.conflicts, 1);
});

for (
  const [reason, text, outcome] of [
    [
      "line_too_long",
      `# HELP a ${"x".repeat(65_536)}\n`,
      "line 3: it is longer than 65536 characters",
    ],
    ["too_many_labels", `a{${labels(257)}} 1\n`, "a sample of a has more than 256 labels"],
    ["too_many_samples", manySamples(101), "more than 100 samples"],
    ["too_many_families", manyTypes(101), "more than 100 families are described"],
  ] as const
) {
  Deno.test(`AlignedCollector leaves out a source with ${reason}, keeps nothing of it, and counts it`, async () => {
    const test = setUp();
    await test.collect({ 1: `kept 1\n` });
    const { bytes } = test.collector.store;
    await test.collect({ 1: `kept 2\nnew 1\n${text}` });
    assert.deepEqual(test.outcomes.at(-1), [`port 1: ${outcome}`]);
    assert.equal(test.stats.failures[reason], 1);
    assert.deepEqual(test.samples(), [['kept{source_port="1"} 1'], []]);
    assert.equal(test.collector.store.bytes, bytes);
  });
}

Deno.test("AlignedCollector lets other work go on while it reads a large source", async () => {
  const test = setUp(100_000);
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns++;
    if (!isDone) setTimeout(count, 0);
  };
  const counting = setTimeout(count, 0);
  await test.collect({ 1: manySamples(20_000) });
  isDone = true;
  clearTimeout(counting);
  await new Promise((resolve) => setTimeout(resolve, 1));
  assert(turns > 50, `${turns} turns`);
  assert.equal(test.collector.store.samples, 20_000);
});

Deno.test("AlignedCollector stores nothing when its signal aborts while it reads a source", async () => {
  const test = setUp(100_000);
  const stop = new AbortController();
  const collected = test.collect({ 1: manySamples(20_000) }, stop.signal);
  stop.abort();
  await collected;
  assert.deepEqual([test.collector.store.size, test.outcomes.length], [0, 0]);
});

Deno.test("AlignedCollector keeps the series of a source that it is reading while their last time is dropped", async () => {
  const test = setUp(100_000);
  await test.collect({ 1: "first 1\n" });
  test.samples();
  await test.clock.advance(60_000);
  const collected = test.collect({ 1: `first 2\n${manySamples(1_000)}` });
  assert.deepEqual(test.samples(), [], "the time was dropped");
  await collected;
  await test.collect({ 1: "first 3\n" });
  const [both, last] = test.collector.store.read();
  assert.equal(both.series[0], last.series[0], "one series, not two of the same family");
  assert.equal(both.values[0], 2);
});

function labels(count: number): string {
  return Array.from({ length: count }, (_, at) => `l${at}="1"`).join();
}

function manySamples(count: number): string {
  return Array.from({ length: count }, (_, at) => `m${at} 1\n`).join("");
}

function manyTypes(count: number): string {
  return Array.from({ length: count }, (_, at) => `# TYPE m${at} gauge\n`).join("");
}
