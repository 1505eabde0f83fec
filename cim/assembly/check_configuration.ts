import {
  type ConfigProblem,
  type ConfigSources,
  mergeSections,
  type Plugin,
  problemText,
  readSection,
  type SectionResult,
  unknownKeys,
} from "../../core/mod.ts";

/** What {@linkcode checkConfiguration} finds. */
export interface ConfigurationCheck {
  /** Each plugin's section as it was read. */
  readonly sections: readonly {
    readonly plugin: Plugin;
    readonly result: SectionResult<Plugin["config"]>;
  }[];
  /** Everything that is wrong, each once. */
  readonly problems: readonly ConfigProblem[];
  /** What is odd and was replaced by a default, each once. */
  readonly warnings: readonly ConfigProblem[];
}

/** Reads the sections of all plugins without starting any. */
export function checkConfiguration(
  plugins: readonly Plugin[],
  sources: ConfigSources,
): ConfigurationCheck {
  const sections = plugins.map((plugin) => ({
    plugin,
    result: readSection(plugin.section, plugin.config, sources),
  }));
  const known = new Map(
    mergeSections(plugins.map(({ section, config }) => ({ section, fields: config })))
      .map(([section, fields]) => [section, new Set(fields.map(([key]) => key))]),
  );
  return {
    sections,
    problems: distinct([
      ...sections.flatMap(({ result }) => result.problems),
      ...unknownKeys(known, sources),
    ]),
    warnings: distinct(sections.flatMap(({ result }) => result.warnings)),
  };
}

/** The same problem of two plugins that read one section is one problem. */
function distinct(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return [...new Map(problems.map((problem) => [problemText(problem), problem])).values()];
}
