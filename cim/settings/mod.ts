/**
 * The settings document `cim.json`: where it is searched, its members and their ranges, and the holder through
 * which a changed document takes effect. `settingsMemory` keeps changes across restarts; it is a plugin of its
 * own because settings are needed before any store is open.
 *
 * This folder writes no file and applies no patch: `cim/config_push` and `cim/registration` hand in whole
 * documents.
 *
 * @module
 */
export { checkSettings, type SettingsCheck, type SettingsProblem } from "./check.ts";
export { settingsErrors } from "./errors.ts";
export { type LoadedSettings, loadSettings, type SettingsSource } from "./load.ts";
export { settingsMemory } from "./memory.ts";
export { mergeOverrides } from "./overrides.ts";
export { settings } from "./plugin.ts";
export {
  type AppSettings,
  type CimOwnSettings,
  type CimSettings,
  defaultSettings,
  type LoggingMode,
  loggingModes,
  type LogSettings,
  settingsSections,
} from "./schema.ts";
export {
  type ApplyOptions,
  type CimSettingsApi,
  cimSettingsToken,
  SettingsHolder,
  type SettingsListener,
} from "./settings_holder.ts";
