import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { definePlugin, type Plugin, token } from "../../core/mod.ts";
import { harness } from "../../core/testing/mod.ts";

/** What one phase of a plugin does: takes some time, then succeeds or fails. */
interface Phase {
  readonly ms: number;
  readonly fails: boolean;
}

interface Behaviour {
  readonly init: Phase;
  readonly afterInit: Phase;
  readonly close: Phase;
}

const phase = fc.record({
  ms: fc.constantFrom(0, 0, 10, 100),
  fails: fc.constantFrom(false, false, false, true),
});
const behaviours = fc.array(
  fc.record<Behaviour>({ init: phase, afterInit: phase, close: phase }),
  { maxLength: 6 },
);

/** Plugins that each require the one before, and record their steps. */
function chain(plugins: readonly Behaviour[], steps: string[]): Plugin[] {
  const tokens = plugins.map((_, index) => token<number>(`t${index}`));
  return plugins.map(({ init, afterInit, close }, index) =>
    definePlugin({
      name: `p${index}`,
      requires: index === 0 ? [] : [tokens[index - 1]],
      provides: [tokens[index]],
      async init({ clock, provide }) {
        provide(tokens[index], index);
        if (init.ms > 0) await clock.sleep(init.ms);
        if (init.fails) throw new Error(`init ${index}`);
        steps.push(`init ${index}`);
        return clock;
      },
      async afterInit(clock) {
        if (afterInit.ms > 0) await clock.sleep(afterInit.ms);
        if (afterInit.fails) throw new Error(`afterInit ${index}`);
      },
      async close(clock) {
        steps.push(`close ${index}`);
        if (close.ms > 0) await clock.sleep(close.ms);
        if (close.fails) throw new Error(`close ${index}`);
      },
    })
  );
}

Deno.test("an agent closes exactly what was initialised, in reverse, once, for any failures and any time of the stop", async () => {
  await fc.assert(
    fc.asyncProperty(behaviours, fc.nat({ max: 400 }), async (plugins, stopAfterMs) => {
      const steps: string[] = [];
      // Registered in reverse, so that the order can only come from what they require.
      const { agent, clock } = harness({ plugins: chain(plugins, steps).toReversed() });
      const started = agent.start().then(() => undefined, (error: unknown) => error);
      await clock.advance(stopAfterMs);
      const stopped = agent.stop().then(() => undefined, (error: unknown) => error);
      await clock.advance(20_000);
      const failure = await started;
      const closing = await stopped;

      assert.equal(agent.state, "stopped");
      assert.equal(clock.pending, 0);
      const initialised = steps.filter((step) => step.startsWith("init")).map(indexOf);
      const closed = steps.filter((step) => step.startsWith("close")).map(indexOf);
      assert.deepEqual(initialised, initialised.map((_, index) => index));
      assert.deepEqual(closed, initialised.toReversed());

      const bad = closed.filter((index) => plugins[index].close.fails);
      const errors = [failure, closing].filter((error) => error !== undefined);
      if (bad.length > 0) assert.match(`${errors}`, new RegExp(`close ${bad[0]}\\b`));
      if (failure === undefined) {
        assert(plugins.every(({ init, afterInit }) => !init.fails && !afterInit.fails));
        assert.equal(initialised.length, plugins.length);
      }
    }),
    { numRuns: 60 },
  );
});

function indexOf(step: string): number {
  return Number(step.split(" ")[1]);
}
