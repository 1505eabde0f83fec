/**
 * Defaults that one section takes from another: the endpoints of etcd and the brokers of Kafka from `common-infra.json`, the folder
 * of the embedded store from `paths.data`, and its fallback from whether etcd is used: then the embedded store
 * only keeps state, so a file that cannot be opened does not stop the start. Everything an operator sets for those keys comes before them, and
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
import { etcdConfig } from "../../plugins/etcd/mod.ts";
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
  if (infra.kafkaBrokers?.length) {
    defaults.push({ path: "kafka.brokers", value: infra.kafkaBrokers, origin: path });
  }
  const derived = withDerivedDefaults(sources, defaults);
  return { sources: withFallback(derived), problems };
}

/** With etcd as the configuration store, the embedded store may be replaced by one in memory. */
function withFallback(sources: ConfigSources): ConfigSources {
  const { values } = readSection("etcd", { endpoints: etcdConfig.endpoints }, sources);
  if (!values?.endpoints?.length) return sources;
  return withDerivedDefaults(sources, [
    { path: "localkv.fallback", value: "memory", origin: "etcd.endpoints" },
  ]);
}
