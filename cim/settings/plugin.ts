import { definePlugin, type Plugin } from "../../core/mod.ts";
import { pathsToken } from "../paths/mod.ts";
import { readIfPresent } from "./read_if_present.ts";
import { loadSettings } from "./load.ts";
import { cimSettingsToken, SettingsHolder } from "./settings_holder.ts";

/** Provides the settings document. Bad documents are told and never stop the agent. */
export function settings(): Plugin {
  return definePlugin({
    name: "settings",
    requires: [pathsToken],
    provides: [cimSettingsToken],
    init({ get, log, status, provide }) {
      const { settings, source, path, problems } = loadSettings(get(pathsToken), readIfPresent);
      for (const problem of problems) log.warn(problem);
      log.info("Settings loaded", { source, path });
      provide(cimSettingsToken, new SettingsHolder(settings, source, log));
      status.ok(problems.length === 0 ? "" : `using defaults in part: ${problems.join("; ")}`);
    },
  });
}
