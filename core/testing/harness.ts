/**
 * An agent for tests: manual clock, recorded logs, configuration as a value, and a stop that fails the test when
 * a plugin could not be closed.
 *
 * @module
 */
import { type Agent, createAgent } from "../agent/mod.ts";
import { sourcesFrom } from "../config/mod.ts";
import type { Plugin } from "../plugin/mod.ts";
import { type ManualClock, manualClock } from "./manual_clock.ts";
import { type RecordingLogs, recordingLogs } from "./recording_log.ts";

/** Options of {@linkcode harness}. */
export interface HarnessOptions {
  /** Plugins to run. */
  plugins: readonly Plugin[];
  /** Sections and keys as in a configuration file. Default: all defaults. */
  config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Environment variables. Default: none. */
  env?: Readonly<Record<string, string>>;
  /** Prefix of the variables that set keys. Default: only the aliases of keys are read. */
  envPrefix?: string;
}

/** An agent with its clock and its logs. */
export interface Harness extends AsyncDisposable {
  /** The agent. It is not started. */
  readonly agent: Agent;
  /** Clock of the agent. */
  readonly clock: ManualClock;
  /** Logs of the agent. */
  readonly logs: RecordingLogs;
}

/**
 * Creates an agent that is not started. Disposing of the harness stops it and throws the errors of the stop.
 *
 * @example
 * ```ts
 * import { harness } from "./mod.ts";
 * import { definePlugin } from "../plugin/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const greeter = definePlugin({ name: "greeter", init: ({ log }) => log.info("Hello") });
 * await using test = harness({ plugins: [greeter] });
 * await test.agent.start();
 * assert(test.logs.messages("info").includes("Hello"));
 * ```
 */
export function harness({ plugins, config = {}, ...environment }: HarnessOptions): Harness {
  const clock = manualClock();
  const logs = recordingLogs(clock);
  const sources = sourcesFrom({ ...environment, file: { path: "test.json", values: config } });
  const agent = createAgent({ plugins, sources, clock, random: () => 0.5, logs: logs.registry });
  return { agent, clock, logs, [Symbol.asyncDispose]: () => agent.stop() };
}
