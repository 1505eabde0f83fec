/**
 * What commands register themselves with. The only file that imports the argument parser.
 *
 * @module
 */
import { Command, CommanderError, InvalidArgumentError } from "npm:commander@15.1.0";
import { checkSet, type ConfigOptions } from "./config_options.ts";
import { exitCode, UsageError } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { wrap } from "./text.ts";
import { version } from "./version.ts";

export type { Command };

/** The work of a command; resolves to the exit code. */
export type Work = () => Promise<number>;

/** Runs a command line in this process; {@linkcode runCli} is one. */
export type RunCommandLine = (args: readonly string[], io: CliIo) => Promise<number>;

/** The configuration options as the parser returns them. */
type ParsedConfigOptions = Omit<ConfigOptions, "pluginPaths">;

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
    this.program = new Command("cim")
      .description(
        "Sidecar for cloud-native applications: pushes configuration, forwards logs and events, and " +
          "manages start and shutdown of the application beside it.",
      )
      .version(version)
      .helpCommand(false)
      .exitOverride()
      .configureOutput({
        writeOut: (text) => io.out(text.trimEnd()),
        writeErr: (text) => io.err(text.trimEnd()),
        outputError: (text, write) => write(text.replace(/^error: /, "cim: ")),
        getOutHelpWidth: () => io.width,
        getErrHelpWidth: () => io.width,
      });
    this.addNote(
      this.program,
      "Exit codes: 0 success, 1 failure, 2 wrong usage, 3 invalid configuration.",
    );
  }

  /** Adds a paragraph at the end of a command's help; returns the command. */
  addNote(command: Command, text: string): Command {
    return command.addHelpText("after", `\n${wrap(text, this.io.width).join("\n")}`);
  }

  /** Adds a command below `parent`. Default parent: the top level. */
  add(usage: string, summary: string, parent = this.program): Command {
    return parent.command(usage).description(summary).copyInheritedSettings(this.program);
  }

  /** Adds a command that reads the configuration. */
  addWithConfig(usage: string, summary: string, parent = this.program): Command {
    return this.add(usage, summary, parent)
      .option("-c, --config <file>", "configuration file, YAML or JSON")
      .option(
        "--set <section.key=value>",
        "sets one value; overrides file and environment; repeatable",
        (value: string, previous: readonly string[] = []) => [...previous, parseSet(value)],
      )
      .option("--config-dir <dir>", "folder with one configuration file per plugin, <plugin>.conf")
      .addHelpText("after", "  --<plugin>-config <file>   configuration file of one plugin");
  }

  /** Adds a command that is not listed in the help. */
  addHidden(usage: string): Command {
    return this.program.command(usage, { hidden: true });
  }

  /** The configuration options of a command that {@linkcode addWithConfig} added. */
  configOf({ config, set, configDir }: ParsedConfigOptions): ConfigOptions {
    return { config, set, configDir, pluginPaths: this.#pluginPaths };
  }

  /** Called by the action of the chosen command. */
  choose(work: Work): void {
    this.#work = work;
  }

  /**
   * Parses the arguments and does the work of the chosen command.
   *
   * @throws Whatever the work throws; the parser's own errors become exit codes.
   */
  async execute(args: readonly string[]): Promise<number> {
    if (args.length === 0) {
      this.program.outputHelp({ error: true });
      return exitCode.usage;
    }
    try {
      await this.program.parseAsync(args, { from: "user" });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      return error.exitCode === 0 ? exitCode.fine : exitCode.usage;
    }
    return await this.#work?.() ?? exitCode.fine;
  }
}

/** Parses the argument of an option that counts something. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("Must be a whole number above 0.");
}

function parseSet(text: string): string {
  try {
    checkSet(text);
    return text;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}
