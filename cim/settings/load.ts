/**
 * Finding `cim.json`. A mounted document counts before the shipped one; without either the defaults of
 * the shipped file are in force. A document that cannot be read or parsed is told and replaced by the
 * defaults: it is found where it should be, so the next place is not searched.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";
import type { Paths } from "../paths/mod.ts";
import { checkSettings } from "./check.ts";
import { type CimSettings, defaultSettings } from "./schema.ts";

/** Which document settings came from. */
export type SettingsSource = "mounted" | "shipped" | "built_in";

/** What {@linkcode loadSettings} found. */
export interface LoadedSettings {
  /** The document, with defaults where it had problems. */
  readonly settings: CimSettings;
  /** Where it was found. */
  readonly source: SettingsSource;
  /** Path of the document; empty for the built-in one. */
  readonly path: string;
  /** What is wrong, each with file and place. */
  readonly problems: readonly string[];
}

/**
 * Finds and reads the document.
 *
 * @param readText Reads a file; undefined only when it does not exist, and throws for any other reason.
 */
export function loadSettings(
  { conf, config }: Pick<Paths, "conf" | "config">,
  readText: (path: string) => string | undefined,
): LoadedSettings {
  const places = [["mounted", `${conf}/cim.json`], ["shipped", `${config}/cim.json`]] as const;
  for (const [source, path] of places) {
    try {
      const text = readText(path);
      if (text === undefined) continue;
      const { settings, problems } = checkSettings(JSON.parse(text));
      const texts = problems.map(({ path: place, message }) => `${path}: ${place}: ${message}`);
      return { settings, source, path, problems: texts };
    } catch (error) {
      const problem = `${path}: ${describeError(error)}; using defaults`;
      return { settings: builtIn(), source, path, problems: [problem] };
    }
  }
  return { settings: builtIn(), source: "built_in", path: "", problems: [] };
}

function builtIn(): CimSettings {
  return checkSettings(defaultSettings()).settings;
}
