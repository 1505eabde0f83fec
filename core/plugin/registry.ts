/**
 * Collects plugins. Presets are functions that return lists of plugins, so a preset is added by calling it.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";
import type { Plugin } from "./plugin.ts";

/** A list of plugins with unique names. */
export interface Registry extends Iterable<Plugin> {
  /**
   * Adds plugins, in order.
   *
   * @throws {AgentError} `plugin_duplicate` when another plugin has the same name. The same plugin object may be
   * added again, for example by a second preset; it is listed once.
   */
  add(...plugins: (Plugin | readonly Plugin[])[]): Registry;
  /** Replaces the plugin of the same name. @throws {TypeError} When there is none. */
  replace(plugin: Plugin): Registry;
  /** The plugins in the order they were added. */
  readonly plugins: readonly Plugin[];
}

/**
 * Creates a registry with these plugins.
 *
 * @example
 * ```ts
 * import { definePlugin, registry } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const one = definePlugin({ name: "one", init() {} });
 * assert.equal(registry(one).plugins.length, 1);
 * ```
 */
export function registry(...initial: (Plugin | readonly Plugin[])[]): Registry {
  const byName = new Map<string, Plugin>();
  const self: Registry = {
    add(...plugins) {
      for (const plugin of plugins.flat() as Plugin[]) {
        const known = byName.get(plugin.name);
        if (known && known !== plugin) {
          throw new AgentError(
            "plugin_duplicate",
            `Cannot register plugin "${plugin.name}": the name is taken; rename it, or call replace()`,
          );
        }
        byName.set(plugin.name, plugin);
      }
      return self;
    },
    replace(plugin) {
      if (!byName.has(plugin.name)) {
        throw new TypeError(
          `Cannot replace plugin "${plugin.name}": no plugin has that name; call add()`,
        );
      }
      byName.set(plugin.name, plugin);
      return self;
    },
    get plugins() {
      return [...byName.values()];
    },
    [Symbol.iterator]: () => byName.values(),
  };
  return self.add(...initial);
}
