import {
  ConfigError,
  type ConfigSources,
  problemText,
  readConfiguration,
  readSection,
  readTextIfPresent,
} from "../../core/mod.ts";
import { printable } from "../../core/log/mod.ts";
import { cimPlugins, productSources } from "../assembly/mod.ts";
import { readCommonInfra } from "../common_infra/mod.ts";
import { pathFields } from "../paths/mod.ts";
import { loadSettings } from "../settings/mod.ts";
import { type ConfigOptions, sourcesOptions } from "./config_options.ts";
import { exitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { tryStart } from "./try_start.ts";

/** Files that were read, and what is wrong with them. */
interface Findings {
  readonly files: readonly string[];
  readonly problems: readonly string[];
  readonly warnings?: readonly string[];
}

/**
 * Checks the configuration by its schema and by a trial start, and `cim.json` and `common-infra.json` in its folders,
 * and prints all problems. Exit code 3 when there are any.
 */
export async function validate(options: ConfigOptions, io: CliIo): Promise<number> {
  const plugins = cimPlugins();
  const sources = await productSources(plugins, sourcesOptions(options, io));
  const sections = checkSections(plugins, sources);
  const found = [sections, checkDocuments(sources)];
  if (sections.problems.length === 0) {
    found.push({ files: [], problems: await tryStart(sources) });
  }
  const problems = found.flatMap(({ problems }) => problems);
  for (const warning of found.flatMap(({ warnings = [] }) => warnings)) {
    io.err(printable(`warning: ${warning}`));
  }
  for (const problem of problems) io.err(printable(problem));
  if (problems.length > 0) {
    io.err(`${problems.length} problem${problems.length === 1 ? "" : "s"}`);
    return exitCode.badConfiguration;
  }
  io.out(`configuration is valid (${found.flatMap(({ files }) => files).join(", ")})`);
  return exitCode.fine;
}

function checkSections(plugins: ReturnType<typeof cimPlugins>, sources: ConfigSources): Findings {
  const files = [sources.file?.path ?? "defaults"];
  try {
    const { warnings } = readConfiguration(plugins, sources);
    return { files, problems: [], warnings: warnings.map(problemText) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { files, problems: error.problems.map(problemText) };
  }
}

function checkDocuments(sources: ConfigSources): Findings {
  const { values: paths } = readSection("paths", pathFields, sources);
  // Invalid folders are reported with the other sections.
  if (!paths) return { files: [], problems: [] };
  const settings = loadSettings(paths, readTextIfPresent);
  const infra = readCommonInfra(paths.conf, readTextIfPresent);
  return {
    files: [settings.path, infra.path].filter((path) => path !== ""),
    problems: [...settings.problems, ...infra.problems],
  };
}
