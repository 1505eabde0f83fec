/**
 * The contract suite that every plugin passes: it starts without waiting for time to pass, its tokens,
 * configuration and metrics are as declared, and it leaves nothing behind, at whatever time it is stopped and
 * however often it is run.
 *
 * @module
 */
import { declarationCases } from "./_plugin_declaration.ts";
import { lifeCases } from "./_plugin_life.ts";
import type { PluginFixture, PluginSubject } from "./plugin_case.ts";

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
