/**
 * The suite that every plugin passes, whatever it does: it starts without waiting for time to pass, keeps
 * its promises about tokens, configuration and metrics, and leaves nothing behind, whenever it is stopped
 * and however often it is run.
 *
 * @module
 */
import type { Plugin } from "../plugin/mod.ts";
import { declarationCases } from "./_plugin_declaration.ts";
import { lifeCases } from "./_plugin_life.ts";

/** What one agent needs to run the plugin: files, ports, variables. */
export interface PluginFixture extends AsyncDisposable {
  /** Sections and their keys, as the operator would write them. Default: nothing but defaults. */
  readonly config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The environment. Default: empty. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A plugin to try. */
export interface PluginSubject {
  /** Begins the name of each test. Default: the name of the plugin. */
  name?: string;
  /** The plugin. One object serves all agents of the suite. */
  plugin: Plugin;
  /** The plugins that provide what it requires. Default: none. */
  others?: readonly Plugin[];
  /** Prepares what one agent needs. Default: nothing. */
  open?(): Promise<PluginFixture>;
}

/** One promise of the contract. */
export type PluginCase = (subject: Required<PluginSubject>) => Promise<void> | void;

/**
 * Registers one test for each promise of the contract.
 *
 * @example
 * ```ts
 * import { pluginContract } from "./mod.ts";
 * import { definePlugin } from "../plugin/mod.ts";
 *
 * const quiet = definePlugin({ name: "quiet", init() {} });
 * // To be called at the top level of a test file.
 * export const register = () => pluginContract({ plugin: quiet });
 * ```
 */
export function pluginContract(subject: PluginSubject): void {
  const { plugin, name = plugin.name, others = [], open = nothing } = subject;
  const cases = { ...declarationCases, ...lifeCases };
  for (const [promise, run] of Object.entries(cases)) {
    Deno.test(`plugin ${name}: ${promise}`, async () => {
      await run({ name, plugin, others, open });
    });
  }
}

function nothing(): Promise<PluginFixture> {
  return Promise.resolve({ [Symbol.asyncDispose]: () => Promise.resolve() });
}
