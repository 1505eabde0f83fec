import assert from "node:assert/strict";
import type { Agent, StopOptions } from "../agent/mod.ts";
import { deadline } from "../async/mod.ts";
import { AgentError } from "../errors/mod.ts";
import type { MetricFamily } from "../metrics/mod.ts";
import { definePlugin, type Plugin } from "../plugin/mod.ts";
import { type Harness, harness } from "./harness.ts";
import type { ManualClock } from "./manual_clock.ts";
import type { PluginCase, PluginFixture, PluginSubject } from "./plugin_case.ts";

/** Real time one step may take before the test fails. */
const patienceMs = 30_000;

/** Rules for the time from start to stop. */
export const lifeCases: Record<string, PluginCase> = {
  async "it starts without waiting for time to pass, and says how it is"(subject) {
    await using run = await prepare(subject);
    await run.start();
    const status = run.agent.status.plugin(subject.plugin.name);
    assert(status && status.state !== "error", `${status?.state}: ${status?.reason}`);
    if (status.state === "disabled") assert.notEqual(status.reason, "");
  },

  async "it provides what it says"(subject) {
    await using run = await prepare(subject);
    await run.start();
    for (const token of subject.plugin.provides) {
      assert.notEqual(run.agent.get(token), undefined, token.name);
    }
  },

  async "its metrics have legal names, help, finite values and bounded labels"(subject) {
    await using run = await prepare(subject);
    await run.start();
    for (const family of run.agent.metrics.families()) checkFamily(family);
  },

  async "it leaves no timer, task, metric or port behind, however often stop is called"(subject) {
    await using run = await prepare(subject);
    await run.start();
    await run.stop();
    await run.stop();
    assert.deepEqual(run.agent.metrics.families().map(({ name }) => name), []);
    assert.equal(run.clock.pending, 0, "timers still pending");
    assert.deepEqual(problemsIn(run), []);
  },

  async "it can be closed before it was ever started"(subject) {
    const stop = new AbortController();
    await using run = await prepare(subject, [tripwire({ init: () => stop.abort() })]);
    await assert.rejects(run.start({ signal: stop.signal }), isStartAborted);
    await run.settle();
    assert.equal(run.clock.pending, 0, "timers still pending");
    assert.deepEqual(run.agent.metrics.families(), []);
  },

  async "it can be closed while the others are still starting"(subject) {
    const stop = new AbortController();
    await using run = await prepare(subject, [tripwire({ afterInit: () => stop.abort() })]);
    await assert.rejects(run.start({ signal: stop.signal }), isStartAborted);
    await run.settle();
    assert.equal(run.clock.pending, 0, "timers still pending");
  },

  async "it closes when there is no time to drain"(subject) {
    await using run = await prepare(subject);
    await run.start();
    await run.stop({ budget: 0 });
    assert.equal(run.clock.pending, 0, "timers still pending");
  },

  async "it runs again from what it left, in a new agent"(subject) {
    await using fixture = await subject.open();
    for (let round = 0; round < 2; round++) {
      await using run = running(subject, fixture);
      await run.start();
      await run.stop();
    }
  },

  async "it serves two agents at once that share nothing"(subject) {
    await using first = await prepare(subject);
    await using second = await prepare(subject);
    await first.start();
    await second.start();
    for (const token of subject.plugin.provides) {
      const [one, two] = [first.agent.get(token), second.agent.get(token)];
      if (typeof one === "object") assert.notEqual(one, two, `both hold the same ${token.name}`);
    }
    const wasOk = second.agent.status.plugin(subject.plugin.name)?.state === "ok";
    await first.stop();
    assert.equal(second.agent.state, "running");
    const { state, reason } = second.agent.status.plugin(subject.plugin.name)!;
    assert(!wasOk || state === "ok", `the other agent is affected: ${reason}`);
  },
};

/** An agent with the plugin, driven by the test. */
interface Run extends AsyncDisposable {
  readonly agent: Agent;
  readonly clock: ManualClock;
  readonly logs: Harness["logs"];
  /** Starts without moving the clock. */
  start(options?: { signal?: AbortSignal }): Promise<void>;
  /** Stops, and moves the clock forward until the stop has ended. */
  stop(options?: StopOptions): Promise<void>;
  /** Moves the clock forward so that pending work can end. */
  settle(): Promise<void>;
}

async function prepare(
  subject: Required<PluginSubject>,
  more: readonly Plugin[] = [],
): Promise<Run> {
  const fixture = await subject.open();
  const run = running(subject, fixture, more);
  return {
    ...run,
    async [Symbol.asyncDispose]() {
      await using _fixture = fixture;
      await run[Symbol.asyncDispose]();
    },
  };
}

function running(
  { plugin, others }: Required<PluginSubject>,
  { config, env, envPrefix }: PluginFixture,
  more: readonly Plugin[] = [],
): Run {
  const { agent, clock, logs } = harness({
    plugins: [...others, plugin, ...more],
    config,
    env,
    envPrefix,
  });
  const stop = (options?: StopOptions) => drive(clock, agent.stop(options));
  return {
    agent,
    clock,
    logs,
    start: (options) => deadline(() => agent.start(options), patienceMs, { action: "start" }),
    stop,
    settle: () => clock.advance(1_000),
    [Symbol.asyncDispose]: () => stop(),
  };
}

/** Moves the clock forward in small steps until the promise settles. */
async function drive(clock: ManualClock, promise: Promise<void>): Promise<void> {
  let settled = false;
  const done = promise.finally(() => settled = true);
  done.catch(() => {}); // Awaited below.
  const end = performance.now() + patienceMs;
  while (!settled && performance.now() < end) await clock.advance(5);
  assert(settled, "the agent does not stop");
  await done;
}

/** A plugin that starts after all others and calls back in `init` or `afterInit`. */
function tripwire(
  { init = () => {}, afterInit = () => {} }: { init?: () => void; afterInit?: () => void },
): Plugin {
  return definePlugin({ name: "tripwire", init: () => init(), afterInit: () => afterInit() });
}

function isStartAborted(error: unknown): boolean {
  assert(error instanceof AgentError, `closing failed, too: ${error}`);
  assert.equal(error.code, "start_aborted");
  return true;
}

function problemsIn({ logs }: Run): string[] {
  return logs.messages("error");
}

function checkFamily(family: MetricFamily): void {
  const { name, help, type } = family;
  // Upper case is legal: a program may keep the metric names of the one that it replaces.
  assert.match(name, /^[a-zA-Z][a-zA-Z0-9_]*$/, `name ${name}`);
  assert.match(help, /^[A-Z0-9].*\.$/s, `help of ${name}: ${help}`);
  if (type === "histogram") {
    for (const { bounds, counts } of family.collect()) {
      assert.equal(counts.length, bounds.length + 1, name);
      assert.deepEqual([...bounds], [...new Set(bounds)].sort((a, b) => a - b), name);
    }
    return;
  }
  const collected = family.collect();
  const samples = typeof collected === "number" ? [{ value: collected }] : [...collected];
  assert(samples.length <= 1_000, `${name} has ${samples.length} label sets`);
  for (const { value, labels = {} } of samples) {
    assert(Number.isFinite(value), `${name} is ${value}`);
    for (const label of Object.keys(labels)) assert.match(label, /^[a-z][a-zA-Z0-9_]*$/, name);
  }
}
