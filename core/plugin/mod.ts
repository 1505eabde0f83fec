/**
 * Plugins: typed tokens, the definition, the registry and the start order. `core/agent` runs them.
 *
 * @module
 */
export { startOrder } from "./graph.ts";
export {
  type CloseContext,
  type ConfigIssue,
  definePlugin,
  type Plugin,
  type PluginContext,
  type PluginSpec,
} from "./plugin.ts";
export { type Registry, registry } from "./registry.ts";
export { type Token, token, type TokenOptions } from "./token.ts";
