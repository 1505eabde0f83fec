import { type Command, GivenArguments, type Option, term } from "./command.ts";
import { UsageError } from "./exit_code.ts";

/** A command line that was understood. */
export interface ParsedCommandLine {
  /** The command that was chosen. */
  readonly command: Command;
  /** What it was given. */
  readonly given: GivenArguments;
  /** Whether its help is to be printed instead. */
  readonly isHelp: boolean;
}

/** A command line that does not fit the command it chooses. */
export class CommandUsageError extends UsageError {
  /** The command. */
  readonly command: Command;
  /** The text that is not known, if that is the error. */
  readonly unknown: string | undefined;

  /** Creates an error about `command`. */
  constructor(command: Command, message: string, unknown?: string) {
    super(message);
    this.command = command;
    this.unknown = unknown;
  }
}

/**
 * Finds the command that the arguments choose, and its arguments and options. `--` ends the options; a lone `-` is an
 * argument. An option may stand before and after the arguments; the last value of one counts.
 *
 * @throws {CommandUsageError} When the arguments do not fit a command.
 */
export function parseCommandLine(program: Command, args: readonly string[]): ParsedCommandLine {
  const given = new GivenArguments();
  const values: string[] = [];
  let command = program;
  let isHelp = false;
  let isLiteral = false;
  for (let at = 0; at < args.length; at++) {
    const argument = args[at];
    if (!isLiteral && argument === "--") isLiteral = true;
    else if (!isLiteral && /^-./.test(argument)) {
      if (argument === "-h" || argument === "--help") isHelp = true;
      else at += takeOption(command, given, argument, args[at + 1]);
    } else if (command.commands.length > 0) command = chosen(command, argument);
    else values.push(argument);
  }
  if (!isHelp) takeArguments(command, given, values);
  return { command, given, isHelp };
}

function chosen(command: Command, name: string): Command {
  const child = command.child(name);
  if (child) return child;
  throw new CommandUsageError(command, `there is no command "${command.path} ${name}"`, name);
}

/** Adds one option; returns how many further arguments it took. */
function takeOption(
  command: Command,
  given: GivenArguments,
  argument: string,
  next: string | undefined,
): 0 | 1 {
  const { option, name, inline } = find(command, argument);
  if (option === undefined) {
    throw new CommandUsageError(command, `unknown option "${name}"`, name);
  }
  if (option.valueName === undefined) {
    if (inline !== undefined) throw new CommandUsageError(command, `${name} takes no value`);
    given.addOption(option.name, "");
    return 0;
  }
  const value = inline ?? next;
  if (value === undefined) {
    throw new CommandUsageError(command, `${term(option)} needs a value`);
  }
  try {
    option.check(value);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new CommandUsageError(command, `Cannot use ${name} ${value}: ${error.message}`);
  }
  given.addOption(option.name, value);
  return inline === undefined ? 1 : 0;
}

/** The option that an argument names: `--name`, `--name=value`, `-n` or `-nvalue`. */
function find(
  { options }: Command,
  argument: string,
): { option: Option | undefined; name: string; inline: string | undefined } {
  const [, long, inline] = /^--([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
  if (long !== undefined) {
    const option = options.find((one) => one.name === long);
    return { option, name: `--${long}`, inline };
  }
  const letter = argument[1];
  const rest = argument.slice(2);
  return {
    option: options.find((one) => one.letter === letter),
    name: `-${letter}`,
    inline: rest === "" ? undefined : rest,
  };
}

function takeArguments(command: Command, given: GivenArguments, values: readonly string[]): void {
  let at = 0;
  for (const { name, isRequired, isRest } of command.parameters) {
    const taken = isRest ? values.slice(at) : values.slice(at, at + 1);
    if (isRequired && taken.length === 0) {
      throw new CommandUsageError(command, `<${name}> is missing`);
    }
    for (const value of taken) given.addArgument(name, value);
    at += taken.length;
  }
  if (at < values.length) {
    throw new CommandUsageError(command, `there is an argument too many: "${values[at]}"`);
  }
}
