/**
 * Options that say where the configuration comes from. They are the same for every command that reads it.
 *
 * @module
 */
import { UsageError } from "./exit_code.ts";

/** What the operator said about the configuration. */
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

/** Takes cn-infra's `--<plugin>-config FILE` out of the arguments: there is one for each plugin. */
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
