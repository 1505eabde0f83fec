/**
 * The contract suite that every plugin passes: it starts without waiting for time to pass, its tokens,
 * configuration and metrics are as declared, and it leaves nothing behind, at whatever time it is stopped and
 * however often it is run.
 *
 * @module
 */
import type { Plugin } from "../plugin/mod.ts";
import { declarationCases } from "./_plugin_declaration.ts";
import { lifeCases } from "./_plugin_life.ts";

/** Files, ports and variables that one agent needs to run the plugin. */
export interface PluginFixture extends AsyncDisposable {
  /** Sections and keys as in a configuration file. Default: all defaults. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Environment variables. Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /** Prefix of the variables that set keys. Default: only the aliases of keys are read. */
  readonly envPrefix?: string;
}

/** The plugin under test. */
export interface PluginSubject {
  /** Prefix of the test names. Default: the name of the plugin. */
  name?: string;
  /** The plugin. All agents of the suite use this object. */
  plugin: Plugin;
  /** Plugins that provide what it requires. Default: none. */
  others?: readonly Plugin[];
  /** Prepares the fixture of one agent. Default: an empty one. */
  open?(): Promise<PluginFixture>;
}

/** One rule of the contract. */
export type PluginCase = (subject: Required<PluginSubject>) => Promise<void> | void;

/**
 * Registers one test for each rule of the contract.
 *
 * @example
 * ```ts
 * import { pluginContract } from "./mod.ts";
 * import { definePlugin } from "../plugin/mod.ts";
 *
 * const quiet = definePlugin({ name: "quiet", init() {} });
 * // Call it at the top level of a test file.
 * export const register = () => pluginContract({ plugin: quiet });
 * ```
 */
export function pluginContract(subject: PluginSubject): void {
  const { plugin, name = plugin.name, others = [], open = nothing } = subject;
  const cases = { ...declarationCases, ...lifeCases };
  for (const [rule, run] of Object.entries(cases)) {
    Deno.test(`plugin ${name}: ${rule}`, async () => {
      await run({ name, plugin, others, open });
    });
  }
}

function nothing(): Promise<PluginFixture> {
  return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() });
}
