/**
 * The configuration of all plugins of one agent, read and checked as a whole.
 *
 * @module
 */
import {
  ConfigError,
  type ConfigProblem,
  type ConfigSources,
  type DescribedSection,
  displayValue,
  operatorKey,
  problemText,
  readSection,
  type SectionResult,
  unknownKeys,
  unknownVariables,
} from "../config/mod.ts";
import type { Plugin } from "../plugin/mod.ts";

/** The result of reading the section of each plugin. */
export type PluginSections = ReadonlyMap<Plugin, SectionResult<Plugin["config"]>>;

/** The configuration of all plugins. */
export interface Configuration {
  /** The fields of each plugin. */
  readonly sections: readonly DescribedSection[];
  /** The values of each plugin. */
  readonly results: PluginSections;
  /** Values that were replaced by a default, deprecated names, and unknown variables; each once. */
  readonly warnings: readonly ConfigProblem[];
}

/**
 * Reads the sections of all plugins as the start of an agent does, without starting any.
 *
 * @throws {ConfigError} With all problems at once.
 *
 * @example
 * ```ts
 * import { readConfiguration } from "./mod.ts";
 * import { sourcesFrom, text } from "../config/mod.ts";
 * import { definePlugin } from "../plugin/mod.ts";
 * import assert from "node:assert/strict";
 *
 * const config = { host: text({ doc: "Host name.", default: "localhost" }) };
 * const plugin = definePlugin({ name: "web", config, init() {} });
 * const { results } = readConfiguration([plugin], sourcesFrom({ sets: ["web.host=a"] }));
 * assert.equal(results.get(plugin)?.values?.host, "a");
 * ```
 */
export function readConfiguration(
  plugins: readonly Plugin[],
  sources: ConfigSources,
): Configuration {
  const sections = plugins.map(({ section, config, formerSections }) => ({
    section,
    fields: config,
    formerSections,
  }));
  const results = new Map(
    plugins.map((plugin) => {
      const { section, config, formerSections } = plugin;
      return [plugin, readSection(section, config, sources, { formerSections })];
    }),
  );
  const problems = [...results.values()].flatMap(({ problems }) => problems);
  problems.push(...contradictions(results));
  problems.push(...unknownKeys(sections, sources));
  if (problems.length > 0) throw new ConfigError(distinct(problems));
  const warnings = distinct([
    ...[...results.values()].flatMap(({ warnings }) => warnings),
    ...unknownVariables(sections, sources),
  ]);
  return { sections, results, warnings };
}

/** What the plugins find wrong with values that are valid one by one. */
function contradictions(results: PluginSections): ConfigProblem[] {
  return [...results].flatMap(([plugin, { values, origins }]) =>
    (values && plugin.checkConfig?.(values) || []).map(({ key, message }) => ({
      origin: origins.get(key) ?? "defaults",
      path: `${plugin.section}.${key}`,
      message,
    }))
  );
}

/** The values in use, by section and operator's key. Secrets are redacted, in structures and URLs too. */
export function effectiveConfig(results: PluginSections): Record<string, Record<string, unknown>> {
  const shown: Record<string, Record<string, unknown>> = {};
  for (const [{ section, config }, { values }] of results) {
    for (const [key, field] of Object.entries(config)) {
      (shown[section] ??= {})[operatorKey(key, field)] = displayValue(values?.[key]);
    }
  }
  return shown;
}

/** The same problem of two plugins that read one section is one problem. */
function distinct(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [problemText(problem), problem])).values()];
}
