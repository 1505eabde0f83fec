/**
 * From arguments to a command. The only file that knows the parser.
 *
 * @module
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "npm:commander@15.1.0";
import { type ConfigOptions, takePluginPaths } from "./config_options.ts";
import { exitCode, reportFailure } from "./exit_code.ts";
import type { CliIo } from "./io.ts";
import { version } from "./version.ts";

/** A command after parsing: does its work and tells the exit code. */
type Work = () => Promise<number>;

/**
 * Runs one command line and resolves to the exit code: 0 fine, 1 failed, 2 usage, 3 bad configuration.
 * It never rejects; what went wrong is told on `io.err`.
 *
 * @example
 * ```ts
 * import { runCli } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const lines: string[] = [];
 * const { signal } = new AbortController();
 * const io = { out: (line: string) => lines.push(line), err: () => {}, env: {}, stop: signal, kill: signal };
 * assert.equal(await runCli(["version"], io), 0);
 * ```
 */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  try {
    const { rest, pluginPaths } = takePluginPaths(args);
    let work: Work | undefined;
    const program = buildProgram(io, pluginPaths, (chosen) => work = chosen);
    if (rest.length === 0) {
      program.outputHelp({ error: true });
      return exitCode.usage;
    }
    await program.parseAsync(rest, { from: "user" });
    return await work?.() ?? exitCode.fine;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCode.fine : exitCode.usage;
    }
    return reportFailure(error, io);
  }
}

function buildProgram(
  io: CliIo,
  pluginPaths: Readonly<Record<string, string>>,
  choose: (work: Work) => void,
): Command {
  const program = new Command("cim")
    .description(
      "Takes infrastructure off an application's hands: configuration, logs, events, life.",
    )
    .version(version)
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
    });
  const command = (parent: Command, usage: string, summary: string) =>
    parent.command(usage).description(summary).copyInheritedSettings(program);
  const withConfig = (made: Command) => addConfigOptions(made);
  const configOf = (options: Omit<ConfigOptions, "pluginPaths">): ConfigOptions => ({
    ...options,
    pluginPaths,
  });

  withConfig(command(program, "run", "run the agent until it is told to stop"))
    .action((options) =>
      choose(async () => (await import("./run_command.ts")).runCommand(configOf(options), io))
    );
  command(program, "demo", "show the agent at work beside a sample application, in 15 seconds")
    .option("--stay", "keep both running, and tell how to talk to them")
    .action(({ stay = false }) =>
      choose(async () => (await import("./demo/mod.ts")).demoCommand({ stay }, io, runCli))
    );
  withConfig(command(program, "validate [file]", "check the configuration and tell all problems"))
    .action((file, options) =>
      choose(async () =>
        (await import("./validate_command.ts")).validateCommand(
          configOf({ ...options, ...(file && { config: file }) }),
          io,
        )
      )
    );
  addConfigCommands(command(program, "config", "look at the configuration"));
  addStoreCommands(command(program, "kv", "read and write the store of the agent"));
  withConfig(command(program, "status", "ask the running agent how it is"))
    .option("--json", "print what the agent answered")
    .action(({ json = false, ...options }) =>
      choose(async () =>
        (await import("./status_command.ts")).statusCommand({ ...configOf(options), json }, io)
      )
    );
  command(program, "version", "print the version").action(() =>
    choose(() => {
      io.out(`cim ${version}`);
      return Promise.resolve(exitCode.fine);
    })
  );
  program.command("sample-app", { hidden: true }).action(() =>
    choose(async () => (await import("./sample_app_command.ts")).sampleAppCommand(io))
  );
  return program;

  function addConfigCommands(config: Command): void {
    for (
      const [name, summary] of [
        ["schema", "print the JSON Schema of the configuration file"],
        ["show", "print the configuration in force and where each value comes from"],
        ["reference", "print the reference of all sections as Markdown"],
      ] as const
    ) {
      withConfig(command(config, name, summary)).action((options) =>
        choose(async () =>
          (await import("./config_command.ts")).configCommand(name, configOf(options), io)
        )
      );
    }
  }

  function addStoreCommands(kv: Command): void {
    const act = (run: (module: typeof import("./kv/mod.ts")) => Promise<number>) =>
      choose(async () => await run(await import("./kv/mod.ts")));
    withConfig(command(kv, "get <key>", "print the value of a key"))
      .action((key, options) => act(({ kvGet }) => kvGet(key, configOf(options), io)));
    withConfig(command(kv, "put <key> <value>", "write a key"))
      .addOption(new Option("--ttl <time>", "remove the key after this time, like 30s"))
      .action((key, value, { ttl, ...options }) =>
        act(({ kvPut }) => kvPut(key, value, { ...configOf(options), ttl }, io))
      );
    withConfig(command(kv, "delete <key>", "delete a key"))
      .option("--prefix", "delete every key that starts with it")
      .action((key, { prefix = false, ...options }) =>
        act(({ kvDelete }) => kvDelete(key, { ...configOf(options), prefix }, io))
      );
    withConfig(command(kv, "list [prefix]", "print keys and values"))
      .option("--keys", "print the keys only")
      .action((prefix = "", { keys = false, ...options }) =>
        act(({ kvList }) => kvList(prefix, { ...configOf(options), keys }, io))
      );
    withConfig(command(kv, "watch [prefix]", "print changes until stopped"))
      .option("--count <n>", "end after this many changes", positiveCount)
      .action((prefix = "", { count, ...options }) =>
        act(({ kvWatch }) => kvWatch(prefix, { ...configOf(options), count }, io))
      );
  }
}

function addConfigOptions(command: Command): Command {
  return command
    .option("-c, --config <file>", "configuration file, YAML or JSON")
    .option(
      "--set <section.key=value>",
      "one value, over file and environment; repeatable",
      (value: string, sofar: readonly string[] = []) => [...sofar, value],
    )
    .option("--config-dir <dir>", "folder of one-file-per-plugin configuration (<plugin>.conf)")
    .addHelpText("after", "  --<plugin>-config <file>  configuration file of one plugin");
}

function positiveCount(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("must be a whole number above 0.");
}
