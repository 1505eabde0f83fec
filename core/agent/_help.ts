/**
 * The text of `--help`.
 *
 * @module
 */
import { type DescribedSection, mergeSections } from "../config/mod.ts";

/** What the text is made from. */
export interface HelpOptions {
  readonly name: string;
  readonly envPrefix: string;
  readonly defaultPaths: readonly string[];
  readonly plugins: readonly string[];
  readonly sections: readonly DescribedSection[];
}

/** Flags, places of the configuration, and every key with its default and meaning. */
export function helpText(options: HelpOptions): string {
  const { name, envPrefix, defaultPaths, plugins, sections } = options;
  const keys = mergeSections(sections).flatMap(([section, fields]) =>
    fields.map(([key, { defaultText, doc }]) => {
      const shown = defaultText ? ` (default ${defaultText})` : "";
      return `  ${section}.${key}${shown}\n      ${doc}`;
    })
  );
  return [
    `Usage: ${name} [options]`,
    "",
    "  --config FILE           configuration file, YAML or JSON",
    "  --set SECTION.KEY=VALUE one value; may be repeated",
    "  --config-dir DIR        folder of the files <plugin>.conf",
    "  --<plugin>-config FILE  file of one plugin: " + (plugins.join(", ") || "there is none"),
    "  --version               print the version",
    "  --help                  print this text",
    "",
    `Without --config the file is ${envPrefix}CONFIG, or the first of: ${defaultPaths.join(", ")}`,
    `A variable ${envPrefix}<SECTION>_<KEY> sets one key.`,
    ...(keys.length > 0 ? ["", "Keys:", ...keys] : []),
  ].join("\n");
}
