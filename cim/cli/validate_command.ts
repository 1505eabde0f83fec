import type { CommandLine } from "./command_line.ts";

/** Adds `cim validate`. */
export function addValidateCommand(line: CommandLine): void {
  line.addWithConfig("validate [file]", "Check the configuration and print all problems.")
    .action((file, options) =>
      line.choose(async () =>
        (await import("./validate.ts")).validate(
          line.configOf({ ...options, ...(file && { config: file }) }),
          line.io,
        )
      )
    );
}
