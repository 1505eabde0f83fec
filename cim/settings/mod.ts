/**
 * The product's settings document `cim.json` and the infrastructure document `common-infra.json`: where
 * they are found, what they may hold, and the one place where a changed document takes effect.
 *
 * It writes no file, knows no store and no patch format: `cim/config_push` brings patched documents.
 *
 * @module
 */
export { checkSettings, type SettingsCheck, type SettingsProblem } from "./check.ts";
export {
  type CommonInfra,
  type CommonInfraResult,
  parseCommonInfra,
  readCommonInfra,
} from "../common_infra/common_infra.ts";
export { settingsErrors } from "./errors.ts";
export { type LoadedSettings, loadSettings, type SettingsSource } from "./load.ts";
export { mergeOverrides } from "./overrides.ts";
export { settings } from "./plugin.ts";
export { readIfPresent } from "./read_if_present.ts";
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
  type CimSettingsApi,
  cimSettingsToken,
  SettingsHolder,
  type SettingsListener,
} from "./settings_holder.ts";
