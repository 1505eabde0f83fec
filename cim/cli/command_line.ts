/**
 * What commands register themselves with: the tree of commands, and the options that many of them share.
 *
 * @module
 */
import { Command, type GivenArguments } from "./command.ts";
import { checkSet, type ConfigOptions } from "./config_options.ts";
import { exitCode, UsageError } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { CommandUsageError, parseCommandLine } from "./parse_command_line.ts";
import { version } from "./version.ts";

/** The work of a command; resolves to the exit code. */
export type Work = () => Promise<number>;

/** Runs a command line in this process; {@linkcode runCli} is one. */
export type RunCommandLine = (args: readonly string[], io: CliIo) => Promise<number>;

/** The commands of one invocation. */
export class CommandLine {
  /** Input and output of the command. */
  readonly io: CliIo;
  /** Runs another command line in this process. */
  readonly run: RunCommandLine;
  /** The top-level command. */
  readonly program: Command;
  readonly #pluginPaths: Readonly<Record<string, string>>;
  #work: Work | undefined;

  /** Creates a command line without commands. `pluginPaths` are the values of `--<plugin>-config`. */
  constructor(io: CliIo, pluginPaths: Readonly<Record<string, string>>, run: RunCommandLine) {
    this.io = io;
    this.run = run;
    this.#pluginPaths = pluginPaths;
    this.program = new Command(
      "cim",
      "Sidecar for cloud-native applications: pushes configuration, forwards logs and events, and " +
        "manages start and shutdown of the application beside it.",
    )
      .option("-V, --version", "print the version")
      .note("Exit codes: 0 success, 1 failure, 2 wrong usage, 3 invalid configuration.");
  }

  /** Adds a command below `parent`. Default parent: the top level. */
  add(usage: string, summary: string, parent: Command = this.program): Command {
    return new Command(usage, summary, parent);
  }

  /** Adds a command that reads the configuration. */
  addWithConfig(usage: string, summary: string, parent?: Command): Command {
    return this.add(usage, summary, parent)
      .option("-c, --config <file>", "configuration file, YAML or JSON")
      .option(
        "--set <section.key=value>",
        "sets one value; overrides file and environment; repeatable",
        checkSet,
      )
      .option("--config-dir <dir>", "folder with one configuration file per plugin, <plugin>.conf")
      .option("--<plugin>-config <file>", "configuration file of one plugin");
  }

  /** Adds a command that is not listed in the help. */
  addHidden(usage: string): Command {
    const command = this.add(usage, "");
    command.isHidden = true;
    return command;
  }

  /** The configuration options of a command that {@linkcode addWithConfig} added. */
  configOf(given: GivenArguments): ConfigOptions {
    return {
      config: given.value("config"),
      set: given.values("set"),
      configDir: given.value("config-dir"),
      pluginPaths: this.#pluginPaths,
    };
  }

  /** Called by the action of the chosen command. */
  choose(work: Work): void {
    this.#work = work;
  }

  /**
   * Parses the arguments and does the work of the chosen command.
   *
   * @throws {UsageError} When the arguments do not fit; and whatever the work throws.
   */
  async execute(args: readonly string[]): Promise<number> {
    if (args.length === 0) return this.#listCommands(this.program);
    const { command, given, isHelp } = await this.#parse(args);
    if (isHelp) return this.printHelp(command);
    if (given.has("version")) {
      this.io.out(version);
      return exitCode.fine;
    }
    if (command.commands.length > 0) return this.#listCommands(command);
    command.act(given);
    return await this.#work?.() ?? exitCode.fine;
  }

  /** Prints the help of a command on `out`. */
  printHelp(command: Command): number {
    for (const line of command.help(this.io.width)) this.io.out(line);
    return exitCode.fine;
  }

  #listCommands(command: Command): number {
    for (const line of command.help(this.io.width)) this.io.err(line);
    return exitCode.usage;
  }

  async #parse(args: readonly string[]) {
    try {
      return parseCommandLine(this.program, args);
    } catch (error) {
      if (!(error instanceof CommandUsageError)) throw error;
      const near = await nearestName(error);
      const hint = near === undefined ? "" : `; did you mean "${near}"?`;
      throw new UsageError(`${error.message}${hint}\n${error.command.usage}`);
    }
  }
}

/** The name of a command or option that is nearest to the one that is not known. */
async function nearestName({ command, unknown }: CommandUsageError): Promise<string | undefined> {
  if (unknown === undefined) return undefined;
  const { nearest } = await import("../../core/config/mod.ts");
  const names = unknown.startsWith("-")
    ? ["--help", ...command.options.map(({ name }) => `--${name}`)]
    : command.commands.filter(({ isHidden }) => !isHidden).map(({ name }) => name);
  return nearest(unknown, names);
}

/** Checks the value of an option that counts something. @throws {UsageError} When it does not. */
export function checkCount(text: string): void {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageError("must be a whole number above 0");
}
