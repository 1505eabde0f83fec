/**
 * What an agent is made from, what a stop takes, and where an agent can stand.
 *
 * @module
 */
import type { Clock } from "../async/mod.ts";
import type { ConfigSources } from "../config/mod.ts";
import type { LogRegistry } from "../log/mod.ts";
import type { Plugin } from "../plugin/mod.ts";
import type { Duration } from "../units/mod.ts";

/** Options of {@linkcode createAgent}. */
export interface AgentOptions {
  /** What runs. */
  plugins: Iterable<Plugin>;
  /** Name for logs and status. Default `agent`. */
  name?: string;
  /** Version for logs and status. Default `0.0.0`. */
  version?: string;
  /** Where configuration comes from. Default: nothing but defaults. */
  sources?: ConfigSources;
  /** Time limit of each `init` and each `afterInit`. Default `"15s"`. */
  startTimeout?: Duration;
  /** Drain budget of a stop, for all plugins together. Default `"10s"`. */
  stopTimeout?: Duration;
  /** Time that each plugin has to return after the budget is spent. Default `"500ms"`. */
  closeGrace?: Duration;
  /** Plugins whose errors do not count for the agent's state. */
  nonFatal?: readonly string[];
  /** Source of time. Default: the machine's. */
  clock?: Clock;
  /** Numbers in [0, 1), for jitter and sampling. Default `Math.random`. */
  random?: () => number;
  /** Loggers of the agent and its plugins. Default: a registry that buffers until it gets sinks. */
  logs?: LogRegistry;
}

/** Where an agent stands. */
export type AgentState = "new" | "starting" | "running" | "stopping" | "stopped";

/** Options of {@linkcode Agent.stop}. */
export interface StopOptions {
  /** Why, for the log. */
  reason?: string;
  /** Drain budget of this stop. Default: the agent's `stopTimeout`. */
  budget?: Duration;
}
