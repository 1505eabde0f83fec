/**
 * Presets: lists of plugins that often go together, as plain functions. They are disjoint, so that they can be
 * joined, and each list is new, so that agents share nothing. What is not configured starts disabled. The
 * product's own list is not made of them; it stands where the product is assembled.
 *
 * @module
 */
export { connectors } from "./connectors.ts";
export { local } from "./local.ts";
export { rpc } from "./rpc.ts";
