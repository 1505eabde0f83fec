/**
 * The body of the probes: cn-infra's AgentStatus with its member names, numbers for states and seconds for times.
 * Reasons may contain endpoints and paths, so they are shown to loopback peers only.
 *
 * @module
 */
import type { AgentStatus, PluginState, PluginStatus } from "../../core/mod.ts";
import type { Build } from "./status_document.ts";

/** cn-infra's numbers for states. A disabled or degraded plugin leaves the agent ready, so its number is that of `OK`. */
export const stateNumbers: Readonly<Record<PluginState, number>> = Object.freeze({
  init: 0,
  ok: 1,
  degraded: 1,
  error: 2,
  disabled: 1,
});

/** Builds the document, with or without the reasons of the states. */
export function probeDocument(
  status: AgentStatus,
  build: Build,
  withReasons: boolean,
): Record<string, unknown> {
  const plugins = status.plugins.map((plugin) => [plugin.name, entry(plugin, withReasons)]);
  return {
    build_version: build.version,
    build_date: build.date,
    state: stateNumbers[status.state],
    start_time: seconds(status.started),
    last_change: seconds(status.since),
    last_update: seconds(Math.max(status.started, ...status.plugins.map(({ updated }) => updated))),
    commit_hash: build.commit,
    ...(withReasons && status.reason && { reason: status.reason }),
    PluginStatus: Object.fromEntries(plugins),
    NonFatalPlugins: status.degraded,
  };
}

function entry(
  { state, since, updated, reason }: PluginStatus,
  withReasons: boolean,
): Record<string, unknown> {
  return {
    state: stateNumbers[state],
    ...((state === "disabled" || state === "degraded") && { [state]: true }),
    last_change: seconds(since),
    last_update: seconds(updated),
    ...(withReasons && reason && { [state === "error" ? "error" : "reason"]: reason }),
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
