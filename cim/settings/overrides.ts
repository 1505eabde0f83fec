/**
 * The members that an application may override when it registers: those of `lmaas` and `app_settings`.
 *
 * @module
 */
import type { CimSettings } from "./schema.ts";

/**
 * Returns the document with the given members replaced; absent members, booleans included, keep their values. It
 * changes neither argument and does not check values: `CimSettingsApi.apply` does.
 *
 * @example
 * ```ts
 * import { checkSettings, defaultSettings, mergeOverrides } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { settings } = checkSettings(defaultSettings());
 * const merged = mergeOverrides(settings, { lmaas: { max_age: 3 }, app_settings: undefined });
 * assert.equal(checkSettings(merged).settings.cimConfig.lmaas.max_age, 3);
 * ```
 */
export function mergeOverrides(
  current: CimSettings,
  overrides: Readonly<Record<"lmaas" | "app_settings", unknown>>,
): unknown {
  const { cimConfig } = current;
  return {
    ...current,
    cimConfig: {
      ...cimConfig,
      lmaas: merged(cimConfig.lmaas, overrides.lmaas),
      app_settings: merged(cimConfig.app_settings, overrides.app_settings),
    },
  };
}

function merged(section: object, override: unknown): unknown {
  if (override === undefined || override === null) return section;
  if (typeof override !== "object" || Array.isArray(override)) return override;
  return { ...section, ...override };
}
