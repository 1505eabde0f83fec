import {
  type ConfigSources,
  type Configuration,
  readConfiguration as readSections,
} from "../../core/mod.ts";
import { cimPlugins, productSources } from "../assembly/mod.ts";
import type { ConfigOptions } from "./config_options.ts";
import type { CliIo } from "./io.ts";
import { sourcesOptions } from "./sources_options.ts";

/** The configuration of a product that is not started. */
export interface ProductConfiguration extends Configuration {
  readonly sources: ConfigSources;
  /** The parsed values of the plugin of that name. */
  values(plugin: string): Readonly<Record<string, unknown>>;
}

/**
 * Reads the configuration as `cim run` would.
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
