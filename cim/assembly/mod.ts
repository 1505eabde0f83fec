/**
 * The product put together: the list of its plugins, and the sources of their configuration with what one
 * part derives for another. It is code, never a directory scan, because a compiled binary holds only what
 * is imported; and it starts nothing.
 *
 * @module
 */
export { cimPlugins } from "./cim_plugins.ts";
export { type DerivedSources, deriveSources } from "./derived_sources.ts";
export { errorCatalogue } from "./error_catalogue.ts";
export {
  defaultConfigPaths,
  envPrefix,
  productSources,
  type ProductSourcesOptions,
} from "./product_sources.ts";
