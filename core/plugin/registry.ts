/**
 * Collects plugins. Presets are plain functions that return lists of plugins, so adding one is a call.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";
import type { Plugin } from "./plugin.ts";

/** A growing list of plugins with unique names. */
export interface Registry extends Iterable<Plugin> {
  /**
   * Adds plugins, in order.
   *
   * @throws {AgentError} `plugin_duplicate` when a name is taken by another plugin. The same plugin object
   * may come again, from a second preset: it is listed once.
   */
  add(...plugins: (Plugin | readonly Plugin[])[]): Registry;
  /** Puts a plugin in the place of the one of the same name. */
  replace(plugin: Plugin): Registry;
  /** The plugins in the order they were added. */
  readonly plugins: readonly Plugin[];
}

/**
 * Creates an empty registry, or one with plugins.
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
            `Cannot register plugin "${plugin.name}": the name is taken; use replace() if that is meant`,
          );
        }
        byName.set(plugin.name, plugin);
      }
      return self;
    },
    replace(plugin) {
      if (!byName.has(plugin.name)) {
        throw new TypeError(`Cannot replace plugin "${plugin.name}": there is none of that name`);
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
