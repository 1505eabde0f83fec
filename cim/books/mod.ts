/**
 * The books of the product's routes: one set for the whole agent, exported as metrics and kept across
 * restarts. A route opens its own book; what counts as delivered or dropped is the route's decision.
 *
 * @module
 */
export { books, booksToken } from "./plugin.ts";
