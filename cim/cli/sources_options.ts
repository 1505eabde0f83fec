import type { ProductSourcesOptions } from "../assembly/mod.ts";
import type { ConfigOptions } from "./config_options.ts";
import type { CliIo } from "./io.ts";

/** The command line's part of the sources. */
export function sourcesOptions(
  { config, set, configDir, pluginPaths }: ConfigOptions,
  { env }: Pick<CliIo, "env">,
): ProductSourcesOptions {
  return { configPath: config, sets: set, configDir, pluginPaths, env };
}
