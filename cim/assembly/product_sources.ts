/**
 * The sources of the configuration, with what one part derives for another at the lowest rank: the
 * embedded store lives in `paths.data`, and the endpoint of etcd may stand in `common-infra.json`.
 *
 * @module
 */
import {
  type ConfigSources,
  loadSources,
  type LoadSourcesOptions,
  type Plugin,
  readSection,
} from "../../core/mod.ts";
import { pathFields } from "../paths/mod.ts";
import { readCommonInfra } from "../settings/mod.ts";
import { readIfPresent } from "./read_if_present.ts";

/** Options of {@linkcode productSources}. */
export type ProductSourcesOptions = Omit<LoadSourcesOptions, "sections">;

/**
 * Reads all sources for these plugins.
 *
 * @throws {AgentError} `config_unreadable` when a file that was named is missing or cannot be parsed.
 */
export function productSources(
  plugins: readonly Plugin[],
  options: ProductSourcesOptions = {},
): ConfigSources {
  const sections = [...new Set(plugins.flatMap(({ name, section }) => [section, name]))];
  const sources = loadSources({ ...options, sections });
  const { values: paths } = readSection("paths", pathFields, sources);
  if (!paths) return sources;
  const { infra } = readCommonInfra(paths.conf, options.readText ?? readIfPresent);
  return withDerived(sources, {
    localkv: { folder: paths.data },
    ...(infra.etcdUrl === undefined ? {} : { etcd: { endpoints: [infra.etcdUrl] } }),
  });
}

/** Adds values below everything the operator wrote. */
function withDerived(
  sources: ConfigSources,
  derived: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): ConfigSources {
  const { path = "defaults", values = {} } = sources.file ?? {};
  const merged: Record<string, unknown> = { ...values };
  for (const [section, members] of Object.entries(derived)) {
    const written = merged[section] ?? {};
    // What is no mapping is reported as such when the section is read.
    if (typeof written === "object") merged[section] = { ...members, ...written };
  }
  return { ...sources, file: { path, values: merged } };
}
