import { definePlugin, type LogLevel, logsToken, type Plugin } from "../../core/mod.ts";
import { type CimSettings, cimSettingsToken } from "../settings/mod.ts";

/** Levels of `cim_settings.log_level`. `ALL` is not among them: the configured `own_log.level` applies. */
const levels: Readonly<Record<string, LogLevel>> = {
  DEBUG: "debug",
  INFO: "info",
  WARNING: "warn",
  ERROR: "error",
  EXCEPTION: "error",
};

/**
 * Applies `cim_settings.log_level`, at the start and after each change. `ALL` restores the level of the
 * configuration, which applied when this plugin started.
 */
export function logLevel(): Plugin {
  return definePlugin({
    name: "log_level",
    requires: [cimSettingsToken, logsToken],
    init({ get }) {
      const logs = get(logsToken);
      const settings = get(cimSettingsToken);
      const configured = logs.level("");
      const apply = ({ cimConfig: { cim_settings: { log_level } } }: CimSettings) =>
        logs.setLevel("default", levels[log_level] ?? configured);
      apply(settings.current);
      return settings.onChange(apply);
    },
    close: (listener) => listener[Symbol.dispose](),
  });
}
