/**
 * Defaults that one section takes from another: the endpoint of etcd from `common-infra.json`, the folder
 * of the embedded store from `paths.data`. Everything an operator sets for those keys comes before them, and
 * they come before the fields' own defaults. They must be known before the plugins start.
 *
 * @module
 */
import {
  type ConfigSources,
  type DerivedDefault,
  readSection,
  withDerivedDefaults,
} from "../../core/mod.ts";
import { readCommonInfra } from "../common_infra/mod.ts";
import { pathFields } from "../paths/mod.ts";

/** Sources with derived defaults, and the problems of the document they were derived from. */
export interface DerivedSources {
  /** The sources to start the agent with. */
  readonly sources: ConfigSources;
  /** Problems of `common-infra.json`, each with its place. */
  readonly problems: readonly string[];
}

/**
 * Adds the derived defaults. Sources whose section `paths` is bad are returned as they are: the start
 * reports all problems.
 *
 * @param readText Reads a file; undefined only when it does not exist.
 *
 * @example
 * ```ts
 * import { deriveSources } from "./mod.ts";
 * import { sourcesFrom } from "../../core/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const given = sourcesFrom({ sets: ["paths.data=/data"] });
 * const { sources } = deriveSources(given, () => undefined);
 * assert.equal(sources.derived.get("localkv.folder")?.value, "/data");
 * ```
 */
export function deriveSources(
  sources: ConfigSources,
  readText: (path: string) => string | undefined,
): DerivedSources {
  const { values: paths } = readSection("paths", pathFields, sources);
  if (!paths) return { sources, problems: [] };
  const { infra, path, problems } = readCommonInfra(paths.conf, readText);
  const defaults: DerivedDefault[] = [
    { path: "localkv.folder", value: paths.data, origin: "paths.data" },
  ];
  if (infra.etcdUrl) {
    defaults.push({ path: "etcd.endpoints", value: [infra.etcdUrl], origin: path });
  }
  return { sources: withDerivedDefaults(sources, defaults), problems };
}
