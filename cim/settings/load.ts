/**
 * Searches `cim.json`: first the mounted document, then the shipped one, then the built-in defaults. A document that
 * exists but cannot be read or parsed is reported and replaced by the defaults; the next place is not searched,
 * because the operator meant this document.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";
import type { Paths } from "../paths/mod.ts";
import { checkSettings } from "./check.ts";
import { type CimSettings, defaultSettings } from "./schema.ts";

/** Which document the settings come from. */
export type SettingsSource = "mounted" | "config_map" | "shipped" | "built_in";

/** What {@linkcode loadSettings} found. */
export interface LoadedSettings {
  /** The document, with defaults in place of invalid members. */
  readonly settings: CimSettings;
  /** Which document it is. */
  readonly source: SettingsSource;
  /** Path of the document; empty for the built-in one. */
  readonly path: string;
  /** One text for each invalid member, with file and place. */
  readonly problems: readonly string[];
}

/**
 * Finds and reads the document. Never throws.
 *
 * @param readText Returns the text of a file, or undefined if the file does not exist.
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
