import type { ConfigOptions } from "./config_options.ts";
import type { CommandLine } from "./command_line.ts";
import { UsageError } from "./exit_code.ts";

/** Adds `cim validate`. */
export function addValidateCommand(line: CommandLine): void {
  line.addWithConfig("validate [file]", "Check the configuration and print all problems.")
    .action((given) =>
      line.choose(async () =>
        (await import("./validate.ts")).validate(
          withFile(line.configOf(given), given.optional("file")),
          line.io,
        )
      )
    );
}

function withFile(options: ConfigOptions, file: string | undefined): ConfigOptions {
  if (file === undefined) return options;
  if (options.config !== undefined) throw new UsageError("use [file] or --config, not both");
  return { ...options, config: file };
}
