/**
 * The options of every command that reads the configuration.
 *
 * @module
 */
import type { ProductSourcesOptions } from "../assembly/mod.ts";
import { UsageError } from "./exit_code.ts";
import type { CliIo } from "./io.ts";

/** Values of the configuration options. */
export interface ConfigOptions {
  /** `--config FILE`. */
  readonly config?: string;
  /** `--set section.key=value`, repeatable. */
  readonly set?: readonly string[];
  /** `--config-dir DIR`. */
  readonly configDir?: string;
  /** `--<plugin>-config FILE`, by plugin. */
  readonly pluginPaths: Readonly<Record<string, string>>;
}

/** The sources of the configuration that these options and the environment name. */
export function sourcesOptions(
  { config, set, configDir, pluginPaths }: ConfigOptions,
  { env }: Pick<CliIo, "env">,
): ProductSourcesOptions {
  return { configPath: config, sets: set, configDir, pluginPaths, env };
}

/** Checks the argument of `--set`. @throws {UsageError} When it is not `section.key=value`. */
export function checkSet(argument: string): void {
  if (/^[^=.]+\.[^=]+=/s.test(argument)) return;
  throw new UsageError("must be section.key=value, such as rest.port=6060");
}

/**
 * Removes cn-infra's `--<plugin>-config FILE` from the arguments; there is one such option for each plugin.
 *
 * @throws {UsageError} When the file is missing.
 */
export function takePluginPaths(
  args: readonly string[],
): { rest: string[]; pluginPaths: Record<string, string> } {
  const rest: string[] = [];
  const pluginPaths: Record<string, string> = {};
  for (let at = 0; at < args.length; at++) {
    const match = /^--([a-z][a-z0-9_-]*)-config(?:=(.*))?$/s.exec(args[at]);
    if (args[at] === "--") return { rest: [...rest, ...args.slice(at)], pluginPaths };
    if (!match) {
      rest.push(args[at]);
      continue;
    }
    const path = match[2] ?? args[++at];
    if (path === undefined) throw new UsageError(`${args[at - 1]} needs a file`);
    pluginPaths[match[1].replaceAll("-", "_")] = path;
  }
  return { rest, pluginPaths };
}
