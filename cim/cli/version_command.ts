import type { CommandLine } from "./command_line.ts";
import { exitCode } from "./exit_code.ts";
import { version } from "./version.ts";

/** Adds `cim version`. */
export function addVersionCommand(line: CommandLine): void {
  line.add("version", "Print the version.").action(() =>
    line.choose(() => {
      line.io.out(`cim ${version}`);
      return Promise.resolve(exitCode.fine);
    })
  );
}
