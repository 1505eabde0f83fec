/**
 * An agent for tests: manual clock, recorded logs, configuration as a value, and a stop that fails the test
 * when anything was left undone.
 *
 * @module
 */
import { type Agent, createAgent } from "../agent/mod.ts";
import { sourcesFrom } from "../config/mod.ts";
import type { Plugin } from "../plugin/mod.ts";
import { type ManualClock, manualClock } from "./manual_clock.ts";
import { type RecordingLogs, recordingLogs } from "./recording_log.ts";

/** What a harness is made from. */
export interface HarnessOptions {
  /** What runs. */
  plugins: readonly Plugin[];
  /** Sections and their keys, as the operator would write them. */
  config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Environment variables. Default: none. */
  env?: Readonly<Record<string, string>>;
  /** Prefix of the variables that set keys. Default: only the aliases of keys are read. */
  envPrefix?: string;
}

/** An agent with everything a test wants to look at. */
export interface Harness extends AsyncDisposable {
  /** The agent, not started. */
  readonly agent: Agent;
  /** Its clock. */
  readonly clock: ManualClock;
  /** What it logs. */
  readonly logs: RecordingLogs;
}

/** Creates an agent that is not started. Disposing of the harness stops it and throws what went wrong. */
export function harness({ plugins, config = {}, ...environment }: HarnessOptions): Harness {
  const clock = manualClock();
  const logs = recordingLogs(clock);
  const sources = sourcesFrom({ ...environment, file: { path: "test.json", values: config } });
  const agent = createAgent({ plugins, sources, clock, random: () => 0.5, logs: logs.registry });
  return { agent, clock, logs, [Symbol.asyncDispose]: () => agent.stop() };
}
