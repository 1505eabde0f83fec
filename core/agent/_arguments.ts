/**
 * The command line of {@linkcode runAgent}: flags of the whole agent, and one `--<plugin>-config` for each
 * plugin, as in cn-infra.
 *
 * @module
 */
import { nearest } from "../config/mod.ts";

/** The parsed arguments. */
export interface AgentArguments {
  /** `--help` or `--version`, whichever comes first. */
  readonly action: "run" | "help" | "version";
  /** Value of `--config`. */
  readonly configPath?: string;
  /** Value of `--config-dir`. */
  readonly configDir?: string;
  /** Values of `--set`. */
  readonly sets: readonly string[];
  /** Values of `--<plugin>-config`, by plugin. */
  readonly pluginPaths: Readonly<Record<string, string>>;
}

/** An argument is unknown or has no value. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

/**
 * Parses the arguments. The value of a flag is the next argument or follows `=`.
 *
 * @throws {ArgumentError} When an argument is unknown or has no value.
 */
export function parseArguments(
  args: readonly string[],
  plugins: readonly string[],
): AgentArguments {
  const flags = ["--config", "--config-dir", "--set", "--help", "--version"];
  const pluginFlags = new Map(plugins.map((plugin) => [`--${plugin}-config`, plugin]));
  const sets: string[] = [];
  const pluginPaths: Record<string, string> = {};
  const paths: { configPath?: string; configDir?: string } = {};
  let at = 0;
  function valueOf(flag: string, inline: string | undefined): string {
    const value = inline ?? args[at++];
    if (value === undefined) throw new ArgumentError(`${flag} needs a value; see --help`);
    return value;
  }
  while (at < args.length) {
    const argument = args[at++];
    const [, flag, inline] = /^(--[^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    const plugin = pluginFlags.get(flag);
    if (argument === "--help" || argument === "-h") return { action: "help", sets, pluginPaths };
    if (argument === "--version") return { action: "version", sets, pluginPaths };
    if (flag === "--config") paths.configPath = valueOf(flag, inline);
    else if (flag === "--config-dir") paths.configDir = valueOf(flag, inline);
    else if (flag === "--set") sets.push(valueOf(flag, inline));
    else if (plugin !== undefined) pluginPaths[plugin] = valueOf(flag, inline);
    else {
      const near = nearest(flag ?? argument, [...flags, ...pluginFlags.keys()]);
      throw new ArgumentError(
        `${argument} is not an argument; ${near ? `did you mean ${near}?` : "see --help"}`,
      );
    }
  }
  return { action: "run", ...paths, sets, pluginPaths };
}
