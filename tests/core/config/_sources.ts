import { type ConfigSources, type Fields, loadSources } from "../../../core/config/mod.ts";
import { readSection, type SectionResult } from "../../../core/config/mod.ts";

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
export function sourcesOf({ file, env = {}, sets = [], files = {} }: Given): ConfigSources {
  const all: Record<string, string> = file === undefined ? files : { ...files, "cim.yaml": file };
  return loadSources({
    configPath: file === undefined ? undefined : "cim.yaml",
    env,
    sets,
    sections: ["rest"],
    readText: (path) => all[path],
  });
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
