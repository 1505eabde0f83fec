import { definePlugin, type LogLevel, logsToken, type Plugin } from "../../core/mod.ts";
import { type CimSettings, cimSettingsToken } from "../settings/mod.ts";

/** `ALL` is not among them: it restricts nothing beyond the operator's own `log.level`. */
const levels: Readonly<Record<string, LogLevel>> = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warn",
  ERROR: "error",
  EXCEPTION: "error",
};

/**
 * Follows `cim_settings.log_level`, now and on each change. `ALL` leaves the level to the operator's
 * configuration, which was in force when this plugin started.
 */
export function logLevel(): Plugin {
  return definePlugin({
    name: "log_level",
    requires: [cimSettingsToken, logsToken],
    init({ get }) {
      const logs = get(logsToken);
      const settings = get(cimSettingsToken);
      const operators = logs.level("");
      const follow = ({ cimConfig: { cim_settings: { log_level } } }: CimSettings) =>
        logs.setLevel("default", levels[log_level] ?? operators);
      follow(settings.current);
      return settings.onChange(follow);
    },
    close: (listener) => listener[Symbol.dispose](),
  });
}
