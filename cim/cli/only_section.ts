import type { ConfigSources } from "../../core/mod.ts";

/** The sources without the other sections, which an agent of a few plugins would refuse as unknown. */
export function onlySection(sources: ConfigSources, section: string): ConfigSources {
  const { file, pluginFiles, sets } = sources;
  return {
    ...sources,
    file: file && { ...file, values: { [section]: file.values[section] ?? {} } },
    pluginFiles: new Map([...pluginFiles].filter(([name]) => name === section)),
    sets: new Map([...sets].filter(([target]) => target.startsWith(`${section}.`))),
  };
}
