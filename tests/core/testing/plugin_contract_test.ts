import assert from "node:assert/strict";
import { duration, integer } from "../../../core/config/mod.ts";
import { definePlugin, type Plugin, token } from "../../../core/plugin/mod.ts";
import { declarationCases } from "../../../core/testing/_plugin_declaration.ts";
import { lifeCases } from "../../../core/testing/_plugin_life.ts";

const cases = { ...declarationCases, ...lifeCases };
const thingToken = token<object>("thing");
const shared = {};

/** Plugins that break one promise each, and which. */
const broken: [promise: string, plugin: Plugin][] = [
  [
    "every key is documented in whole sentences and written in snake_case",
    definePlugin({ name: "bad", config: { port: integer({ doc: "port" }) }, init() {} }),
  ],
  [
    "every default passes its own check when it is written into a file",
    definePlugin({
      name: "bad",
      config: { waitMs: duration({ doc: "Wait.", default: 1, min: 1_000 }) },
      init() {},
    }),
  ],
  [
    "it requires, uses and provides each token once",
    definePlugin({ name: "bad", requires: [thingToken], optional: [thingToken], init() {} }),
  ],
  [
    "it starts without waiting for time to pass, and says how it is",
    definePlugin({ name: "bad", init: ({ status }) => status.error("no server") }),
  ],
  [
    "its metrics have legal names, help, finite values and bounded labels",
    definePlugin({
      name: "bad",
      init: ({ metrics }) =>
        metrics.add({ type: "gauge", name: "bad", help: "Bad.", collect: () => NaN }),
    }),
  ],
  [
    "it leaves no timer, task, metric or port behind, however often stop is called",
    definePlugin({ name: "bad", init: ({ clock }) => void clock.timer(1e9, () => {}) }),
  ],
  [
    "it can be closed before it was ever started",
    definePlugin<Record<never, never>, { started: boolean }>({
      name: "bad",
      init: () => ({ started: false }),
      afterInit: (state) => void (state.started = true),
      close(state) {
        if (!state.started) throw new Error("was never started");
      },
    }),
  ],
  [
    "it can be closed while the others are still starting",
    definePlugin({ name: "bad", init() {}, close: () => Promise.reject(new Error("stuck")) }),
  ],
  [
    "it serves two agents at once that share nothing",
    definePlugin({
      name: "bad",
      provides: [thingToken],
      init: ({ provide }) => provide(thingToken, shared),
    }),
  ],
];

for (const [promise, plugin] of broken) {
  Deno.test(`the plugin contract finds a plugin that breaks "${promise}"`, async () => {
    await assert.rejects(async () => {
      const open = () => Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() });
      await cases[promise]({ name: plugin.name, plugin, others: [], open });
    });
  });
}
