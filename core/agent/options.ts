/**
 * Options of an agent and of its stop, and the states of an agent.
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
  /** Plugins to run; the agent orders them by what they require. */
  plugins: Iterable<Plugin>;
  /** Name for logs and status. Default `agent`. */
  name?: string;
  /** Version for logs and status. Default `0.0.0`. */
  version?: string;
  /** Sources of the configuration. Default: none, all keys have their defaults. */
  sources?: ConfigSources;
  /** Time limit of each `init` and each `afterInit`. Default `"15s"`. */
  startTimeout?: Duration;
  /** Drain budget of a stop, for all plugins together. Default `"10s"`. */
  stopTimeout?: Duration;
  /** Time that each plugin has to return after the budget is spent. Default `"500ms"`. */
  closeGrace?: Duration;
  /** Names of plugins whose errors leave the agent degraded instead of in error. */
  nonFatal?: readonly string[];
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Numbers in [0, 1), for jitter and sampling. Default `Math.random`. */
  random?: () => number;
  /** Loggers of the agent and its plugins. Default: a new registry, which buffers records until it gets sinks. */
  logs?: LogRegistry;
}

/** State of an agent. */
export type AgentState = "new" | "starting" | "running" | "stopping" | "stopped";

/** Options of {@linkcode Agent.stop}. */
export interface StopOptions {
  /** Reason for the log. */
  reason?: string;
  /** Drain budget of this stop. Default: the agent's `stopTimeout`. */
  budget?: Duration;
}
