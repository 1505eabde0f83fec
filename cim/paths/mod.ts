/**
 * The four folders of the product: mounted configuration, shipped configuration, logs and data. It names
 * them and does nothing else: who writes into a folder creates it and reports its own trouble with it.
 *
 * @module
 */
export { pathFields, type Paths, paths, pathsToken } from "./plugin.ts";
