import type { Command, CommandLine } from "./command_line.ts";
import { UsageError } from "./exit_code.ts";

/** Adds `cim help COMMAND...`. */
export function addHelpCommand(line: CommandLine): void {
  line.add("help [command...]", "Print the help of a command.").action((names: string[]) => {
    find(line.program, names).outputHelp();
  });
}

function find(program: Command, names: readonly string[]): Command {
  let found = program;
  for (const name of names) {
    const next = found.commands.find((command) => command.name() === name);
    if (!next) throw new UsageError(`there is no command "${names.join(" ")}"; see cim --help`);
    found = next;
  }
  return found;
}
