import assert from "node:assert/strict";
import {
  AlignedCollector,
  AlignedStats,
  type SourceAnswer,
} from "../../../cim/aligned_metrics/mod.ts";
import { manualClock, recordingLogs } from "../../../core/testing/mod.ts";
import { TaskGroup } from "../../../core/mod.ts";

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
  const collect = (answers: Record<string, string | SourceAnswer>) =>
    collector.collect(
      { timeMs: clock.now(), skipped: 0, jumpMs: 0 },
      new Map(
        Object.entries(answers).map(([port, answer]) => [
          port,
          typeof answer === "string" ? { status: "read", text: answer } : answer,
        ]),
      ),
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

Deno.test("D-86 AlignedCollector leaves a source that fails out, with its reason, and takes the others", () => {
  const test = setUp(3);
  test.collect({
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

Deno.test("AlignedCollector leaves out a family that another source has with another type, and counts it", () => {
  const test = setUp();
  test.collect({ 1: "# TYPE a counter\na 1\n", 2: "# TYPE a gauge\na 2\nb 3\n" });
  assert.deepEqual(test.samples(), [['a{source_port="1"} 1', 'b{source_port="2"} 3']]);
  assert.equal(test.stats.conflicts, 1);
});
