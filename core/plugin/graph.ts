/**
 * The order in which plugins start: a plugin starts after the plugins that provide what it requires. Otherwise
 * the order of registration is kept.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";
import type { Plugin } from "./plugin.ts";
import type { Token } from "./token.ts";

/**
 * Orders the plugins; the sort is stable.
 *
 * @param builtIn Tokens that the agent itself provides.
 * @throws {AgentError} `plugin_duplicate`, `plugin_gap` or `plugin_cycle`; the message shows the path.
 */
export function startOrder(
  plugins: readonly Plugin[],
  builtIn: ReadonlySet<Token<unknown>> = new Set(),
): Plugin[] {
  const providers = findProviders(plugins, builtIn);
  const ordered: Plugin[] = [];
  const done = new Set<Plugin>();
  const path: Plugin[] = [];

  function visit(plugin: Plugin, via: string): void {
    if (done.has(plugin)) return;
    if (path.includes(plugin)) {
      const circle = [...path.slice(path.indexOf(plugin)), plugin].map(({ name }) => name);
      throw new AgentError("plugin_cycle", `Cannot order plugins: ${circle.join(" -> ")}`);
    }
    path.push(plugin);
    const here = via === "" ? plugin.name : `${via} -> ${plugin.name}`;
    for (const token of plugin.requires) {
      if (builtIn.has(token)) continue;
      const provider = providers.get(token);
      if (!provider) {
        const remedy = token.providedBy ?? "a plugin that provides it";
        throw new AgentError(
          "plugin_gap",
          `Cannot start ${here}: no plugin provides "${token.name}", which ${plugin.name} requires; ` +
            `add ${remedy}`,
        );
      }
      visit(provider, here);
    }
    for (const token of plugin.optional) {
      const provider = providers.get(token);
      if (provider) visit(provider, here);
    }
    path.pop();
    done.add(plugin);
    ordered.push(plugin);
  }

  for (const plugin of plugins) visit(plugin, "");
  return ordered;
}

function findProviders(
  plugins: readonly Plugin[],
  builtIn: ReadonlySet<Token<unknown>>,
): Map<Token<unknown>, Plugin> {
  const names = new Set<string>();
  const providers = new Map<Token<unknown>, Plugin>();
  for (const plugin of plugins) {
    if (names.has(plugin.name)) {
      throw new AgentError(
        "plugin_duplicate",
        `Cannot register plugin "${plugin.name}": the name is taken`,
      );
    }
    names.add(plugin.name);
    for (const token of plugin.provides) {
      const other = builtIn.has(token) ? "the agent" : providers.get(token)?.name;
      if (other) {
        throw new AgentError(
          "plugin_duplicate",
          `Cannot register plugin "${plugin.name}": "${token.name}" is provided by ${other}`,
        );
      }
      providers.set(token, plugin);
    }
  }
  return providers;
}
