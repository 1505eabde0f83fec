import assert from "node:assert/strict";
import { agentToken } from "../../../core/agent/mod.ts";
import { AgentError } from "../../../core/errors/mod.ts";
import { definePlugin } from "../../../core/plugin/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { Journal, never } from "./_probe.ts";

Deno.test("D-CORE-9 stop() before the start does nothing, and the agent can still be started and stopped", async () => {
  const journal = new Journal();
  await using test = harness({ plugins: [journal.plugin("a")] });
  await test.agent.stop();
  assert.equal(test.agent.state, "new");
  await test.agent.start();
  await test.agent.stop();
  assert.deepEqual(journal.steps, ["init a", "afterInit a", "close a"]);
});

Deno.test("stop() closes once however often and however close together it is called", async () => {
  const journal = new Journal();
  const { agent } = harness({ plugins: [journal.plugin("a")] });
  await agent.start();
  await Promise.all([agent.stop(), agent.stop(), agent[Symbol.asyncDispose]()]);
  await agent.stop();
  assert.deepEqual(journal.steps.slice(2), ["close a"]);
});

Deno.test("stop() called while stopping ends only when everything is closed", async () => {
  const { agent, clock } = harness({
    plugins: [definePlugin({
      name: "slow",
      init({ signal, clock }) {
        // The abort listener runs at the very beginning of the stop.
        signal.addEventListener("abort", () => void agent.stop().then(() => ended.push("inner")));
        return clock;
      },
      async close(clock) {
        await clock.sleep(100);
        ended.push("close");
      },
    })],
  });
  const ended: string[] = [];
  await agent.start();
  const stop = agent.stop().then(() => ended.push("outer"));
  await clock.advance(100);
  await stop;
  assert.deepEqual(ended.toSorted(), ["close", "inner", "outer"]);
  assert.equal(ended[0], "close");
});

Deno.test("stop() while starting ends the start and waits until it is undone", async () => {
  const journal = new Journal();
  const { agent, clock } = harness({
    plugins: [
      journal.plugin("a", { close: (_, { signal }) => slowly(signal) }),
      definePlugin({ name: "b", init: ({ clock, signal }) => clock.sleep(9_000, { signal }) }),
    ],
  });
  const slowly = (_signal: AbortSignal) => clock.sleep(50);
  const rejected = assert.rejects(agent.start(), { code: "start_aborted" });
  await clock.advance(10);
  const stopping = agent.stop().then(() => assert.equal(agent.state, "stopped"));
  const again = agent.stop().then(() => assert.equal(agent.state, "stopped"));
  await clock.advance(50);
  await Promise.all([rejected, stopping, again]);
  assert.deepEqual(journal.steps, ["init a", "close a"]);
});

Deno.test("stop() from the first init ends the start", async () => {
  const journal = new Journal();
  const stops: Promise<void>[] = [];
  const test = harness({
    plugins: [
      journal.plugin("a", { init: () => void stops.push(test.agent.stop()) }),
      journal.plugin("b"),
    ],
  });
  await assert.rejects(test.agent.start(), { code: "start_aborted" });
  await Promise.all(stops);
  assert.deepEqual(journal.steps, ["init a", "close a"]);
});

Deno.test("stop() after a start that failed neither closes nor fails again", async () => {
  const journal = new Journal();
  const { agent, logs } = harness({
    plugins: [
      journal.plugin("a"),
      journal.plugin("b", { init: () => Promise.reject(new Error("no disk")) }),
    ],
  });
  await assert.rejects(agent.start());
  await agent.stop();
  assert.deepEqual(journal.steps, ["init a", "init b", "close a"]);
  assert.deepEqual(logs.messages("error"), ["Start failed"]);
  assert.equal(logs.messages().includes("Stopping"), false);
});

Deno.test("D-CORE-8 stop() closes the others when one close fails, and throws its error", async () => {
  const journal = new Journal();
  const { agent } = harness({
    plugins: [
      journal.plugin("a"),
      journal.plugin("b", { close: () => Promise.reject(new Error("stuck")) }),
      journal.plugin("c"),
    ],
  });
  await agent.start();
  const expected = { code: "plugin_failed", message: "Cannot close plugin b: stuck" };
  await assert.rejects(agent.stop(), expected);
  assert.deepEqual(journal.steps.slice(-3), ["close c", "close b", "close a"]);
  await assert.rejects(agent.stopped, expected);
  await assert.rejects(agent.stop(), expected);
});

Deno.test("stop() joins the errors of several plugins in the order they happened", async () => {
  const journal = new Journal();
  const { agent } = harness({
    plugins: ["a", "b"].map((name) =>
      journal.plugin(name, {
        close: () => {
          throw new Error(`${name} is stuck`);
        },
      })
    ),
  });
  await agent.start();
  await assert.rejects(agent.stop(), (error) => {
    assert(error instanceof AggregateError);
    assert.deepEqual(error.errors.map(({ message }) => message), [
      "Cannot close plugin b: b is stuck",
      "Cannot close plugin a: a is stuck",
    ]);
    return true;
  });
});

Deno.test("stop() names the plugin that never returns from close, and ends", async () => {
  const journal = new Journal();
  const { agent, clock } = harness({
    plugins: [journal.plugin("a"), journal.plugin("sleepy", { close: () => never })],
  });
  await agent.start();
  const rejected = assert.rejects(agent.stop({ budget: 1_000 }), {
    code: "plugin_timeout",
    message: "Cannot close plugin sleepy: close did not return within 1500 ms",
  });
  await clock.advance(1_500);
  await rejected;
  assert.deepEqual(journal.steps.slice(-2), ["close sleepy", "close a"]);
  assert.equal(agent.state, "stopped");
});

Deno.test("stop() logs the failure of a plugin that was abandoned", async () => {
  const { agent, clock, logs } = harness({
    plugins: [definePlugin({
      name: "sleepy",
      init: ({ clock }) => clock,
      async close(clock) {
        await clock.sleep(60_000);
        throw new Error("much too late");
      },
    })],
  });
  await agent.start();
  const rejected = assert.rejects(agent.stop(), { code: "plugin_timeout" });
  await clock.advance(10_500);
  await rejected;
  await clock.advance(60_000);
  assert.deepEqual(logs.messages("warn"), ["Plugin failed after it was abandoned"]);
});

Deno.test("stop() names the tasks that ignore their signal", async () => {
  const { agent, clock } = harness({
    plugins: [definePlugin({
      name: "busy",
      init: ({ tasks }) => tasks.run("deaf", () => never),
    })],
  });
  await agent.start();
  const rejected = assert.rejects(agent.stop(), {
    code: "plugin_timeout",
    message:
      "Cannot close plugin busy: close did not return within 10500 ms (tasks still running: deaf)",
  });
  await clock.advance(10_500);
  await rejected;
});

Deno.test("stop() reports an expired time limit inside a close as a failure of the plugin", async () => {
  const { agent } = harness({
    plugins: [definePlugin({
      name: "impatient",
      init() {},
      close: () => Promise.reject(new AgentError("deadline_exceeded", "Cannot flush: no answer")),
    })],
  });
  await agent.start();
  await assert.rejects(agent.stop(), {
    code: "plugin_failed",
    message: "Cannot close plugin impatient: Cannot flush: no answer",
  });
});

Deno.test("stop() aborts the first signal at its beginning and the second when the budget is spent", async () => {
  const seen: string[] = [];
  const { agent, clock } = harness({
    plugins: [definePlugin({
      name: "drainer",
      init({ signal, clock }) {
        signal.addEventListener("abort", () => seen.push("stopping"));
        return { signal, clock };
      },
      async close({ signal: stopping, clock }, { signal, remainingMs }) {
        seen.push(`close ${stopping.aborted} ${signal.aborted} ${remainingMs}`);
        await clock.sleep(60_000, { signal }).catch(() => seen.push("budget spent"));
      },
    })],
  });
  await agent.start();
  const stopping = agent.stop({ budget: 2_000 });
  await clock.advance(1_999);
  assert.deepEqual(seen, ["stopping", "close true false 2000"]);
  await clock.advance(1);
  await stopping;
  assert.deepEqual(seen.slice(2), ["budget spent"]);
  assert.equal(clock.pending, 0);
});

Deno.test("stop() gives each plugin the rest of one common budget", async () => {
  const left: number[] = [];
  const slow = (name: string) =>
    definePlugin({
      name,
      init: ({ clock }) => clock,
      close: (clock, { remainingMs }) => {
        left.push(remainingMs);
        return clock.sleep(300);
      },
    });
  const { agent, clock } = harness({ plugins: [slow("a"), slow("b"), slow("c")] });
  await agent.start();
  const stopping = agent.stop({ budget: 500 });
  await clock.advance(900);
  await stopping;
  assert.deepEqual(left, [500, 200, 0]);
});

Deno.test("stop() closes the task group and removes the metrics after close", async () => {
  const seen: string[] = [];
  const { agent } = harness({
    plugins: [definePlugin({
      name: "worker",
      init({ tasks, metrics }) {
        metrics.add({ type: "counter", name: "worker_total", help: "Work.", collect: () => 1 });
        tasks.run("loop", async (signal) => {
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
          seen.push("task ended");
        });
      },
      close: () => void seen.push("close"),
    })],
  });
  await agent.start();
  assert.deepEqual(agent.metrics.families().map(({ name }) => name), ["worker_total"]);
  await agent.stop();
  assert.deepEqual(seen, ["close", "task ended"]);
  assert.deepEqual(agent.metrics.families(), []);
});

Deno.test("requestStop() stops the agent and logs the reason", async () => {
  const { agent, logs, clock } = harness({
    plugins: [definePlugin({
      name: "boss",
      requires: [agentToken],
      init({ get, tasks, clock }) {
        tasks.run("quit", async (signal) => {
          await clock.sleep(1_000, { signal });
          get(agentToken).requestStop("work is done");
        });
      },
    })],
  });
  await agent.start();
  await clock.advance(1_000);
  await agent.stopped;
  const stopping = logs.entries.filter(({ message }) => message === "Stopping");
  assert.deepEqual(stopping.map(({ fields }) => fields.reason), ["work is done"]);
});
