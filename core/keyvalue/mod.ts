/**
 * One contract for every key-value store, the in-memory store that shows it, codecs, and the list that
 * turns into a watch. Connectors live in `plugins/`; nothing here talks to a network.
 *
 * @module
 */
export type * from "./contract.ts";
