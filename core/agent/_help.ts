/**
 * The text of `--help`.
 *
 * @module
 */
import { type DescribedSection, mergeSections } from "../config/mod.ts";

/** Parts of the text. */
export interface HelpOptions {
  readonly name: string;
  readonly envPrefix: string;
  readonly defaultPaths: readonly string[];
  readonly plugins: readonly string[];
  readonly sections: readonly DescribedSection[];
}

/** Lists the flags, the files that are searched, and every key with its default and meaning. */
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
    "  --<plugin>-config FILE  file of one plugin: " + (plugins.join(", ") || "no plugin"),
    "  --version               print the version",
    "  --help                  print this text",
    "",
    `Without --config the file is ${envPrefix}CONFIG, or the first of: ${defaultPaths.join(", ")}`,
    `A variable ${envPrefix}<SECTION>_<KEY> sets one key.`,
    ...(keys.length > 0 ? ["", "Keys:", ...keys] : []),
  ].join("\n");
}
