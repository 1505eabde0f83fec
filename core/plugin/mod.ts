/**
 * Plugins: typed tokens, the definition, the registry and the start order. Running them is the business
 * of `core/agent`.
 *
 * @module
 */
export { startOrder } from "./graph.ts";
export {
  type CloseContext,
  definePlugin,
  type Plugin,
  type PluginContext,
  type PluginSpec,
} from "./plugin.ts";
export { type Registry, registry } from "./registry.ts";
export { type Token, token, type TokenOptions } from "./token.ts";
