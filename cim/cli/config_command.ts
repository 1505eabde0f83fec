import type { CommandLine } from "./command_line.ts";

const views = [
  ["show", "Print the current configuration as YAML, with the source of each value."],
  ["schema", "Print the JSON Schema of the configuration file."],
  ["reference", "Print the reference of all sections as Markdown."],
] as const;

/** Adds `cim config`. */
export function addConfigCommands(line: CommandLine): void {
  const group = line.add("config", "Print the configuration, its schema or its reference.");
  for (const [view, summary] of views) {
    line.addWithConfig(view, summary, group).action((given) =>
      line.choose(async () =>
        (await import("./show_config.ts")).showConfig(view, line.configOf(given), line.io)
      )
    );
  }
}
