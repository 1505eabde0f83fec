/**
 * The paths of the four folders of the product: mounted configuration, shipped configuration, logs and data.
 * It does not access the folders; each part that writes to a folder creates it and reports its own errors.
 *
 * @module
 */
export { pathFields, type Paths, paths, pathsToken } from "./plugin.ts";
