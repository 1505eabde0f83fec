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
export * from "./plugins/etcd/mod.ts";
export * from "./plugins/health/mod.ts";
export * from "./plugins/http/mod.ts";
export * from "./plugins/localkv/mod.ts";
export * from "./plugins/nats/mod.ts";
export * from "./plugins/nats_server/mod.ts";
export * from "./plugins/presets/mod.ts";
export * from "./plugins/prometheus/mod.ts";
export * from "./plugins/service_label/mod.ts";
