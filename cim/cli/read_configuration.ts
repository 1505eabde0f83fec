import {
  type ConfigSources,
  type Configuration,
  readConfiguration as readSections,
} from "../../core/mod.ts";
import { cimPlugins, productSources } from "../assembly/mod.ts";
import { type ConfigOptions, sourcesOptions } from "./config_options.ts";
import type { CliIo } from "./io.ts";

/** The configuration of an agent that is not started. */
export interface ProductConfiguration extends Configuration {
  readonly sources: ConfigSources;
  /** The parsed values of a plugin. */
  values(plugin: string): Readonly<Record<string, unknown>>;
}

/**
 * Reads the configuration as `cim run` does.
 *
 * @throws {ConfigError} With all problems.
 * @throws {AgentError} `config_unreadable` when a file that was named is missing or cannot be parsed.
 */
export async function readConfiguration(
  options: ConfigOptions,
  io: Pick<CliIo, "env">,
): Promise<ProductConfiguration> {
  const plugins = cimPlugins();
  const sources = await productSources(plugins, sourcesOptions(options, io));
  const configuration = readSections(plugins, sources);
  const byPlugin = new Map([...configuration.results].map(([{ name }, result]) => [name, result]));
  return {
    ...configuration,
    sources,
    values: (plugin) => byPlugin.get(plugin)?.values ?? {},
  };
}
