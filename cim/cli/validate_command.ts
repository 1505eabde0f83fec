import { problemText, readSection } from "../../core/mod.ts";
import { checkConfiguration, cimPlugins, productSources } from "../assembly/mod.ts";
import { pathFields } from "../paths/mod.ts";
import { loadSettings, readCommonInfra, readIfPresent } from "../settings/mod.ts";
import type { ConfigOptions } from "./config_options.ts";
import { exitCode } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { sourcesOptions } from "./sources_options.ts";

/**
 * Checks the configuration and the documents it leads to, `cim.json` and `common-infra.json`, and tells
 * all problems at once. Exit code 3 when there are any.
 */
export function validateCommand(options: ConfigOptions, io: CliIo): Promise<number> {
  const plugins = cimPlugins();
  const sources = productSources(plugins, sourcesOptions(options, io));
  const { problems, warnings } = checkConfiguration(plugins, sources);
  const texts = problems.map(problemText);
  const { values: paths } = readSection("paths", pathFields, sources);
  const checked = [sources.file?.path ?? "defaults"];
  if (paths) {
    const settings = loadSettings(paths, readIfPresent);
    const infra = readCommonInfra(paths.conf, readIfPresent);
    texts.push(...settings.problems, ...infra.problems);
    checked.push(...[settings.path, infra.path].filter((path) => path !== ""));
  }
  for (const warning of warnings) io.err(`warning: ${problemText(warning)}`);
  for (const text of texts) io.err(text);
  if (texts.length > 0) {
    io.err(`${texts.length} problem${texts.length === 1 ? "" : "s"}`);
    return Promise.resolve(exitCode.badConfiguration);
  }
  io.out(`configuration is valid (${checked.join(", ")})`);
  return Promise.resolve(exitCode.fine);
}
