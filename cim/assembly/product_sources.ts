import {
  type ConfigSources,
  loadSources,
  type LoadSourcesOptions,
  type Plugin,
  readTextIfPresent,
} from "../../core/mod.ts";
import { deriveSources } from "./derived_sources.ts";

/** Options of {@linkcode productSources}. */
export type ProductSourcesOptions = Omit<
  LoadSourcesOptions,
  "sections" | "envPrefix" | "defaultPaths"
>;

/** Prefix of the agent's environment variables: `CIM_<SECTION>_<KEY>` and `CIM_CONFIG`. */
export const envPrefix = "CIM_";

/**
 * Paths of the configuration file, in the order they are searched. `/opt/config/cim.json` is not among them:
 * it is XGVela CIM's own document.
 */
export const defaultConfigPaths: readonly string[] = Object.freeze([
  "./cim.yaml",
  "./cim.json",
  "/opt/config/cim.yaml",
]);

/**
 * Reads all sources for these plugins, with the defaults that one section derives from another.
 *
 * @throws {AgentError} `config_unreadable` when a file that was named is missing or cannot be parsed.
 */
export async function productSources(
  plugins: readonly Plugin[],
  options: ProductSourcesOptions = {},
): Promise<ConfigSources> {
  const sections = new Set(
    plugins.flatMap(({ name, section, formerSections }) => [section, name, ...formerSections]),
  );
  const sources = await loadSources({
    ...options,
    sections: [...sections],
    envPrefix,
    defaultPaths: defaultConfigPaths,
  });
  // The plugins that read the same documents report the problems of them.
  return deriveSources(sources, options.readText ?? readTextIfPresent).sources;
}
