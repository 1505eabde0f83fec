import { definePlugin, type Plugin, readTextIfPresent } from "../../core/mod.ts";
import { pathsToken } from "../paths/mod.ts";
import { loadSettings } from "./load.ts";
import { cimSettingsToken, SettingsHolder } from "./settings_holder.ts";

/** Provides the settings document. An invalid document makes the plugin degraded and stops nothing. */
export function settings(): Plugin {
  return definePlugin({
    name: "settings",
    requires: [pathsToken],
    provides: [cimSettingsToken],
    init({ get, log, status, provide }) {
      const { settings, source, path, problems } = loadSettings(get(pathsToken), readTextIfPresent);
      log.info("Settings loaded", { source, path });
      provide(cimSettingsToken, new SettingsHolder(settings, source, log));
      if (problems.length === 0) status.ok();
      else status.degraded(`defaults replace invalid members: ${problems.join("; ")}`);
    },
  });
}
