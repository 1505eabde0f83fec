import type { CommandLine } from "./command_line.ts";

/** Adds `cim status`. */
export function addStatusCommand(line: CommandLine): void {
  line.addWithConfig(
    "status",
    "Print the status of the agent, problems first, and what became of logs and events.",
  )
    .option("--json", "print one JSON document with the exact figures")
    .option("--all", "list every plugin")
    .action((given) =>
      line.choose(async () =>
        (await import("./show_status.ts")).showStatus(
          {
            ...line.configOf(given),
            isJson: given.has("json"),
            isComplete: given.has("all"),
          },
          line.io,
        )
      )
    )
    .note(
      "Exit code 0 if the agent is ok; 1 if it is degraded, starting, in error or not reachable.",
    );
}
