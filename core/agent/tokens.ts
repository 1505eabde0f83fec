/**
 * Tokens that every agent provides itself, so that a plugin can require them without another plugin.
 *
 * @module
 */
import type { DescribedSection } from "../config/mod.ts";
import type { LogRegistry } from "../log/mod.ts";
import type { MetricSet } from "../metrics/mod.ts";
import { type Token, token } from "../plugin/mod.ts";
import type { StatusBoard } from "../status/mod.ts";
import type { AgentState } from "./options.ts";

/** The agent as its plugins see it. */
export interface AgentApi {
  /** Name for logs and status. */
  readonly name: string;
  /** Version for logs and status. */
  readonly version: string;
  /** State of the agent now. */
  readonly state: AgentState;
  /** Why the agent stops, such as `SIGTERM`; undefined until it begins to stop. */
  readonly stopReason: string | undefined;
  /** Begins to stop the agent and returns at once. The reason is logged. */
  requestStop(reason: string): void;
  /** The values in use, secrets redacted, by section and operator's key. */
  effectiveConfig(): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Fields of all sections, for documentation. */
  readonly sections: readonly DescribedSection[];
  /** Steps of the start with their durations. */
  readonly boot: readonly BootStep[];
  /** The start as a tree with durations, for people. */
  bootTree(): string;
}

/** One step of the start. */
export interface BootStep {
  /** Name of the plugin. */
  readonly plugin: string;
  /** Function of the plugin that ran. */
  readonly phase: "init" | "afterInit";
  /** How long it took, in milliseconds. */
  readonly durationMs: number;
  /** Plugins whose tokens it requires or uses, in the order of its declaration. */
  readonly after: readonly string[];
}

/** Key of {@linkcode AgentApi}. */
export const agentToken: Token<AgentApi> = token("agent");
/** Key of the agent's {@linkcode StatusBoard}. */
export const statusToken: Token<StatusBoard> = token("status");
/** Key of the agent's {@linkcode MetricSet}. */
export const metricsToken: Token<MetricSet> = token("metrics");
/** Key of the agent's {@linkcode LogRegistry}. */
export const logsToken: Token<LogRegistry> = token("logs");
