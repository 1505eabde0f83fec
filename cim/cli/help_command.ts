import type { CommandLine } from "./command_line.ts";
import { UsageError } from "./exit_code.ts";

/** Adds `cim help COMMAND...`. */
export function addHelpCommand(line: CommandLine): void {
  line.add("help [command...]", "Print the help of a command.").action((given) => {
    let found = line.program;
    const names = given.arguments("command");
    for (const name of names) {
      const next = found.child(name);
      if (!next) throw new UsageError(`there is no command "${names.join(" ")}"; see cim --help`);
      found = next;
    }
    line.choose(() => Promise.resolve(line.printHelp(found)));
  });
}
