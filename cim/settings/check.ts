/**
 * Checks a settings document: reports all problems at once, each with its path, and returns the document with
 * defaults in place of invalid members.
 *
 * @module
 */
import { type Fields, json } from "../../core/mod.ts";
import { type CimSettings, settingsSections } from "./schema.ts";

/** One invalid member of a document. */
export interface SettingsProblem {
  /** JSON pointer to the member. */
  readonly path: string;
  /** What was found and what was wanted. */
  readonly message: string;
}

/** Result of {@linkcode checkSettings}. */
export interface SettingsCheck {
  /** The document, deeply frozen, with defaults in place of invalid members; unknown members are kept. */
  readonly settings: CimSettings;
  /** Empty when the document is valid. */
  readonly problems: readonly SettingsProblem[];
}

type Members = Record<string, unknown>;

/**
 * Checks a parsed document. Never throws and does not change the argument.
 *
 * @example
 * ```ts
 * import { checkSettings } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const { settings, problems } = checkSettings({ cimConfig: { lmaas: { flush_timeout: 4 } } });
 * assert.equal(settings.cimConfig.lmaas.flush_timeout, 30);
 * assert(problems.some(({ path }) => path === "/cimConfig/lmaas/flush_timeout"));
 * ```
 */
export function checkSettings(document: unknown): SettingsCheck {
  const problems: SettingsProblem[] = [];
  const root = membersAt("", document, problems);
  const config = membersAt("/cimConfig", root.cimConfig, problems);
  const sections: Members = { ...config };
  for (const [section, fields] of Object.entries<Fields>(settingsSections)) {
    sections[section] = checkSection(`/cimConfig/${section}`, config[section], fields, problems);
  }
  const settings = { ...root, cimConfig: sections };
  // The sections are built from the same fields as the type.
  return { settings: deepFreeze(structuredClone(settings)) as unknown as CimSettings, problems };
}

function checkSection(
  path: string,
  value: unknown,
  fields: Fields,
  problems: SettingsProblem[],
): Members {
  const before = problems.length;
  const members = { ...membersAt(path, value, problems) };
  const isMissing = problems.length > before;
  for (const [name, field] of Object.entries(fields)) {
    const checked = field.check(members[name]);
    if ("value" in checked) continue;
    // A missing section is reported once, not again for each member.
    if (!isMissing) {
      const message = name in members
        ? checked.issues.join("; ")
        : `missing, default ${field.defaultText}`;
      problems.push({ path: `${path}/${name}`, message });
    }
    members[name] = field.default;
  }
  return members;
}

const mapping = json((z) => z.record(z.string(), z.unknown()), { doc: "A document or section." });

function membersAt(path: string, value: unknown, problems: SettingsProblem[]): Members {
  const checked = mapping.check(value);
  if ("value" in checked && checked.value !== undefined) return checked.value;
  problems.push({
    path: path === "" ? "/" : path,
    message: value === undefined || !("issues" in checked)
      ? "missing, using defaults"
      : checked.issues.join("; "),
  });
  return {};
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
