import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { type PluginState, StatusBoard } from "../../../core/status/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

Deno.test("an agent without plugins is ok", () => {
  assert.equal(new StatusBoard().agent().state, "ok");
});

Deno.test("a plugin begins in init, and the agent with it", () => {
  const board = new StatusBoard();
  board.register("a");
  assert.equal(board.plugin("a")?.state, "init");
  assert.equal(board.agent().state, "init");
  assert.equal(board.plugin("b"), undefined);
});

Deno.test("D-SC-1 D-SC-2 the agent has the worst state of its plugins, in any order of reports", () => {
  const worst = (states: PluginState[]) =>
    states.includes("error") ? "error" : states.includes("init") ? "init" : "ok";
  fc.assert(fc.property(
    fc.array(
      fc.tuple(fc.nat({ max: 3 }), fc.constantFrom<PluginState>("init", "ok", "error", "disabled")),
    ),
    (reports) => {
      const board = new StatusBoard({ clock: manualClock() });
      const reporters = [0, 1, 2, 3].map((index) => board.register(`p${index}`));
      const states: PluginState[] = Array(4).fill("init");
      for (const [index, state] of reports) {
        reporters[index][state]("because");
        states[index] = state;
        assert.equal(board.agent().state, worst(states));
      }
    },
  ));
});

Deno.test("the agent's reason names the plugin that is worst", () => {
  const board = new StatusBoard();
  board.register("a").ok();
  board.register("b").error("no server");
  assert.equal(board.agent().reason, "b: no server");
  board.register("b").ok();
  assert.equal(board.agent().reason, "");
});

Deno.test("a plugin that is declared non-fatal is degraded and does not count", () => {
  const board = new StatusBoard({ nonFatal: ["b"] });
  board.register("a").ok();
  const b = board.register("b");
  b.error("no server");
  assert.equal(board.agent().state, "ok");
  assert.deepEqual(board.agent().degraded, ["b"]);
  board.setNonFatal([]);
  assert.equal(board.agent().state, "error");
});

Deno.test("the time of the last change stays when the same state is reported again", async () => {
  const clock = manualClock(0);
  const board = new StatusBoard({ clock });
  const a = board.register("a");
  await clock.advance(10);
  a.ok("fine");
  await clock.advance(10);
  a.ok("fine");
  const { since, updated } = board.plugin("a")!;
  assert.deepEqual([since, updated], [10, 20]);
});

Deno.test("D-SC-4 a plugin that does not report in time counts as error until it reports again", async () => {
  const clock = manualClock(0);
  const board = new StatusBoard({ clock });
  const a = board.register("a", { staleAfter: 1_000 });
  a.ok();
  await clock.advance(1_000);
  assert.equal(board.agent().state, "ok");
  await clock.advance(1);
  assert.equal(board.agent().state, "error");
  assert.equal(board.plugin("a")?.reason, "no report for 1001 ms");
  a.ok();
  assert.equal(board.agent().state, "ok");
});

Deno.test("a jump of the wall clock makes no plugin stale", () => {
  const clock = manualClock(0);
  const board = new StatusBoard({ clock });
  board.register("a", { staleAfter: 1_000 }).ok();
  clock.setNow(3_600_000);
  assert.equal(board.agent().state, "ok");
});

Deno.test("a disabled plugin is never stale", async () => {
  const clock = manualClock();
  const board = new StatusBoard({ clock });
  board.register("a", { staleAfter: 1 }).disabled("not configured");
  await clock.advance(10);
  assert.equal(board.plugin("a")?.state, "disabled");
});

Deno.test("the history keeps the last 20 changes, the newest last", () => {
  const board = new StatusBoard();
  const a = board.register("a");
  for (let change = 0; change < 30; change++) a.error(`${change}`);
  const { history } = board.plugin("a")!;
  assert.equal(history.length, 20);
  assert.equal(history.at(-1)?.reason, "29");
  assert.equal(history[0].reason, "10");
});

Deno.test("onChange() calls the listener for changes only, until it is disposed of", () => {
  const board = new StatusBoard();
  const a = board.register("a");
  const seen: string[] = [];
  const listener = board.onChange(({ name, state, reason }) =>
    seen.push(`${name} ${state} ${reason}`)
  );
  a.ok();
  a.ok();
  a.error("x");
  listener[Symbol.dispose]();
  a.ok();
  assert.deepEqual(seen, ["a ok ", "a error x"]);
});

Deno.test("StatusBoard hides the user information of addresses in reasons", () => {
  const board = new StatusBoard();
  board.register("a").error("Cannot connect to nats://u:SE/CRET@h:1");
  assert.equal(board.plugin("a")?.reason, "Cannot connect to nats://[redacted]@h:1");
});
