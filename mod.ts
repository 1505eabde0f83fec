/**
 * The library: the plugin platform and the connectors, useful without the product. An agent is made of
 * plugins (`definePlugin`, `createAgent`), keeps its data in any `KeyValueStore` and talks through the
 * connectors of `plugins/`.
 *
 * @example
 * ```ts
 * import { createAgent, definePlugin } from "./mod.ts";
 *
 * const hello = definePlugin({ name: "hello", init: ({ log }) => log.info("Hello") });
 * await using agent = createAgent({ plugins: [hello] });
 * await agent.start();
 * ```
 *
 * @module
 */
export * from "./core/mod.ts";
export * from "./plugins/nats/mod.ts";
