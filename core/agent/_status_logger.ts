/**
 * Writes a log record for each change of a plugin's state.
 *
 * @module
 */
import type { LogEntry, LogRegistry } from "../log/mod.ts";
import type { PluginState, PluginStatus } from "../status/mod.ts";

/** A listener that logs to the logger of the plugin, at a level that fits the state. */
export function statusLogger(logs: LogRegistry): (status: PluginStatus) => void {
  return ({ name, state, reason, code, history }) => {
    const previous = history.at(-2)?.state;
    if (previous === undefined || previous === state) return;
    logs.logger(name)[levelOf(state, previous)](`Status is ${state}`, {
      previous,
      ...(reason && { reason }),
      ...(code && { code }),
    });
  };
}

/** Leaving `init` for `ok` or `disabled` is a detail of every start; a recovery is worth a line. */
function levelOf(state: PluginState, previous: PluginState): LogEntry["level"] {
  if (state === "error") return "error";
  if (state === "degraded") return "warn";
  return previous === "init" || state === "init" ? "debug" : "info";
}
