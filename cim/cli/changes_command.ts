import type { CommandLine } from "./command_line.ts";

/** Adds `cim changes`. */
export function addChangesCommand(line: CommandLine): void {
  line.addWithConfig("changes", "List recent change-sets, newest first.")
    .option("--json", "print the agent's answer as it is")
    .action((given) =>
      line.choose(async () =>
        (await import("./show_changes.ts")).showChanges(
          { ...line.configOf(given), isJson: given.has("json") },
          line.io,
        )
      )
    );
}
