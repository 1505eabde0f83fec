import {
  ConfigError,
  type ConfigSources,
  type Plugin,
  type SectionResult,
} from "../../core/mod.ts";
import { checkConfiguration, cimPlugins, productSources } from "../assembly/mod.ts";
import type { ConfigOptions } from "./config_options.ts";
import type { CliIo } from "./io.ts";
import { sourcesOptions } from "./sources_options.ts";

/** The configuration of a product that is not started. */
export interface Configuration {
  readonly plugins: readonly Plugin[];
  readonly sources: ConfigSources;
  readonly sections: readonly SectionReading[];
  /** The parsed values of the plugin of that name. */
  values(plugin: string): Readonly<Record<string, unknown>>;
}

/** One plugin's section as it was read. */
export interface SectionReading {
  readonly plugin: Plugin;
  readonly result: SectionResult<Plugin["config"]>;
}

/**
 * Reads the configuration as `cim run` would.
 *
 * @throws {ConfigError} With all problems.
 * @throws {AgentError} `config_unreadable` when a file that was named is missing or cannot be parsed.
 */
export function readConfiguration(options: ConfigOptions, io: Pick<CliIo, "env">): Configuration {
  const plugins = cimPlugins();
  const sources = productSources(plugins, sourcesOptions(options, io));
  const { problems, sections } = checkConfiguration(plugins, sources);
  if (problems.length > 0) throw new ConfigError(problems);
  const byPlugin = new Map(sections.map(({ plugin, result }) => [plugin.name, result.values]));
  return { plugins, sources, sections, values: (plugin) => byPlugin.get(plugin) ?? {} };
}
