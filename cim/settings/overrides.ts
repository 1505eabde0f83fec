/**
 * What an application may override when it registers: leaves of `lmaas` and of `app_settings`.
 *
 * @module
 */
import type { CimSettings } from "./schema.ts";

/**
 * The document with the members that are present laid over it; what is absent keeps its value, booleans
 * too. Neither argument is changed, and nothing is checked: `apply` does.
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
