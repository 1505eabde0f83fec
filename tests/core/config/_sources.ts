import { parse } from "npm:yaml@2.9.1";
import {
  type ConfigFile,
  type ConfigSources,
  type Fields,
  readSection,
  type SectionResult,
  sourcesFrom,
} from "../../../core/config/mod.ts";

/** Where a test's configuration comes from. */
export interface Given {
  /** Text of the main file. */
  file?: string;
  env?: Record<string, string>;
  sets?: string[];
  /** More files, by path. */
  files?: Record<string, string>;
}

/** Sources that read from memory. */
export function sourcesOf({ file, env, sets, files = {} }: Given): ConfigSources {
  const own = parsed("rest.conf", files["rest.conf"]);
  return sourcesFrom({
    file: parsed("app.yaml", file),
    pluginFiles: new Map(own && [["rest", own]]),
    env,
    envPrefix: "APP_",
    sets,
    readText: (path) => files[path],
  });
}

function parsed(path: string, text: string | undefined): ConfigFile | undefined {
  if (text === undefined) return undefined;
  return { path, values: (parse(text) ?? {}) as ConfigFile["values"] };
}

/** The section `rest` as read from there. */
export function readRest<F extends Fields>(fields: F, given: Given): SectionResult<F> {
  return readSection("rest", fields, sourcesOf(given));
}

/** The problems of that section, as lines. */
export function problemsOf(fields: Fields, given: Given): string[] {
  return readRest(fields, given).problems.map(
    ({ origin, path, message }) => `${origin}: ${path}: ${message}`,
  );
}
