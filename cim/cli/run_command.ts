import type { CommandLine } from "./command_line.ts";

/** Adds `cim run`. */
export function addRunCommand(line: CommandLine): void {
  line.addWithConfig("run", "Run the agent until a signal stops it.")
    .action((given) =>
      line.choose(async () =>
        (await import("./run_agent.ts")).runAgent(line.configOf(given), line.io)
      )
    )
    .note(
      "SIGTERM, SIGINT (Ctrl-C) or SIGHUP stops the agent in order: the application first, then " +
        "everything accepted is written. Another signal, a second or more later, ends it at once and " +
        "loses what was not written.",
    );
}
