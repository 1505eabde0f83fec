/**
 * The body of `/api/v1/status`: state, time of the last change and reason of the agent and of every plugin, and how
 * long each took to start.
 *
 * @module
 */
import type { AgentApi, AgentStatus, StatusChange } from "../../core/mod.ts";

/** Build of the running program. */
export interface Build {
  readonly version: string;
  /** Empty when unknown. */
  readonly date: string;
  /** Empty when unknown. */
  readonly commit: string;
}

/** Builds the document. */
export function statusDocument(
  status: AgentStatus,
  { name, boot }: Pick<AgentApi, "name" | "boot">,
  build: Build,
): Record<string, unknown> {
  return {
    name,
    version: build.version,
    ...change(status),
    started: time(status.started),
    degraded: status.degraded,
    plugins: status.plugins.map((plugin) => ({
      name: plugin.name,
      ...change(plugin),
      updated: time(plugin.updated),
      start_ms: startMs(boot, plugin.name),
      history: plugin.history.map(change),
    })),
    start_ms: round(boot.reduce((sum, { durationMs }) => sum + durationMs, 0)),
  };
}

function change({ state, since, reason }: StatusChange): Record<string, string> {
  return { state, since: time(since), reason };
}

/** Duration of the plugin's init and afterInit, for those that have run. */
function startMs(boot: AgentApi["boot"], name: string): Record<string, number> {
  return Object.fromEntries(
    boot.filter(({ plugin }) => plugin === name)
      .map((
        { phase, durationMs },
      ) => [phase === "init" ? "init" : "after_init", round(durationMs)]),
  );
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
