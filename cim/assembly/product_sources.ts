import {
  type ConfigSources,
  loadSources,
  type LoadSourcesOptions,
  type Plugin,
} from "../../core/mod.ts";
import { readIfPresent } from "../settings/mod.ts";
import { deriveSources } from "./derived_sources.ts";

/** Options of {@linkcode productSources}. */
export type ProductSourcesOptions = Omit<LoadSourcesOptions, "sections">;

/**
 * Reads all sources for these plugins, with what one section derives for another.
 *
 * @throws {AgentError} `config_unreadable` when a file that was named is missing or cannot be parsed.
 */
export async function productSources(
  plugins: readonly Plugin[],
  options: ProductSourcesOptions = {},
): Promise<ConfigSources> {
  const sections = [...new Set(plugins.flatMap(({ name, section }) => [section, name]))];
  const sources = await loadSources({ ...options, sections });
  // Problems of the documents derived from are told by the plugins that read them.
  return deriveSources(sources, options.readText ?? readIfPresent).sources;
}
