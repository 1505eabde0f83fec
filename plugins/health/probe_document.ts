/**
 * The body of the probes: cn-infra's AgentStatus with its member names, numbers for states and seconds for times. Peers
 * of other machines get the agent's state only: versions, names of plugins, endpoints and paths are not for them.
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

/** Builds the document; the whole one for a loopback peer. */
export function probeDocument(
  status: AgentStatus,
  build: Build,
  isLoopback: boolean,
): Record<string, unknown> {
  const state = stateNumbers[status.state];
  if (!isLoopback) return { state };
  const plugins = status.plugins.map((plugin) => [plugin.name, entry(plugin)]);
  return {
    build_version: build.version,
    build_date: build.date,
    state,
    start_time: seconds(status.started),
    last_change: seconds(status.since),
    last_update: seconds(Math.max(status.started, ...status.plugins.map(({ updated }) => updated))),
    commit_hash: build.commit,
    ...(status.reason && { reason: status.reason }),
    PluginStatus: Object.fromEntries(plugins),
    NonFatalPlugins: status.degraded,
  };
}

function entry({ state, since, updated, reason }: PluginStatus): Record<string, unknown> {
  return {
    state: stateNumbers[state],
    ...((state === "disabled" || state === "degraded") && { [state]: true }),
    last_change: seconds(since),
    last_update: seconds(updated),
    ...(reason && { [state === "error" ? "error" : "reason"]: reason }),
  };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1_000);
}
