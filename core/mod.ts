/**
 * The platform: plugins and their lifecycle, configuration, logs, status, metrics, time, errors and the
 * key-value contract. It contains no server, no client and nothing of a product.
 *
 * @module
 */
export * from "./agent/mod.ts";
export * from "./async/mod.ts";
export * from "./books/mod.ts";
export * from "./config/mod.ts";
export * from "./errors/mod.ts";
export * from "./files/mod.ts";
export * from "./forward/mod.ts";
export * from "./keyvalue/mod.ts";
export * from "./log/mod.ts";
export * from "./metrics/mod.ts";
export * from "./net/mod.ts";
export * from "./plugin/mod.ts";
export * from "./runtime/mod.ts";
export * from "./spool/mod.ts";
export * from "./status/mod.ts";
export * from "./units/mod.ts";
