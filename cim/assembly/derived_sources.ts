/**
 * Defaults that one section takes from another: the endpoint of etcd from `common-infra.json`, the folder
 * of the embedded store from `paths.data`. They stand behind everything an operator says about those keys
 * and before the fields' own defaults, and must be known before the plugins start.
 *
 * @module
 */
import { type ConfigSources, readSection } from "../../core/mod.ts";
import { etcdConfig } from "../../plugins/etcd/mod.ts";
import { localkvConfig } from "../../plugins/localkv/mod.ts";
import { readCommonInfra } from "../common_infra/mod.ts";
import { pathFields } from "../paths/mod.ts";

/** Sources with derived defaults, and what was wrong with the document they were derived from. */
export interface DerivedSources {
  /** The sources to start the agent with. */
  readonly sources: ConfigSources;
  /** Problems of `common-infra.json`, each with its place. */
  readonly problems: readonly string[];
}

/**
 * Adds the derived defaults. Sources whose section `paths` is bad are returned as they are: the start
 * will tell all problems.
 *
 * @param readText Reads a file; undefined only when it does not exist.
 *
 * @example
 * ```ts
 * import { deriveSources } from "./mod.ts";
 * import { sourcesFrom } from "../../core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const given = sourcesFrom({ env: { CIM_PATHS_DATA: "/data" } });
 * const { sources } = deriveSources(given, () => undefined);
 * assert.deepEqual(sources.file?.values, { localkv: { folder: "/data" } });
 * ```
 */
export function deriveSources(
  sources: ConfigSources,
  readText: (path: string) => string | undefined,
): DerivedSources {
  const { values: paths } = readSection("paths", pathFields, sources);
  if (!paths) return { sources, problems: [] };
  const { infra, problems } = readCommonInfra(paths.conf, readText);
  let derived = sources;
  if (isUnset("localkv", { folder: localkvConfig.folder }, sources)) {
    derived = withDefault(derived, "localkv", "folder", paths.data);
  }
  if (infra.etcdUrl && isUnset("etcd", { endpoints: etcdConfig.endpoints }, sources)) {
    derived = withDefault(derived, "etcd", "endpoints", [infra.etcdUrl]);
  }
  return { sources: derived, problems };
}

function isUnset(
  section: string,
  fields: Parameters<typeof readSection>[1],
  sources: ConfigSources,
): boolean {
  return !readSection(section, fields, sources).present;
}

function withDefault(
  sources: ConfigSources,
  section: string,
  key: string,
  value: unknown,
): ConfigSources {
  const { path = "derived defaults", values = {} } = sources.file ?? {};
  const members = values[section] ?? {};
  // A section that is no mapping is a problem that the start will tell.
  if (typeof members !== "object" || Array.isArray(members)) return sources;
  const file = { path, values: { ...values, [section]: { ...members, [key]: value } } };
  return { ...sources, file };
}
