import type { CommandLine } from "./command_line.ts";

/** Adds `cim demo`. */
export function addDemoCommand(line: CommandLine): void {
  line.add(
    "demo",
    "Show the agent beside a sample application, in 15 s.",
  )
    .option("--stay", "keep both running afterwards and print how to use them")
    .action((given) =>
      line.choose(async () =>
        (await import("./demo/mod.ts")).runDemo({ stay: given.has("stay") }, line.io, line.run)
      )
    );
}
