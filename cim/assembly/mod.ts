/**
 * Assembles the product: the list of its plugins, the sources of their configuration including derived defaults, and
 * the catalogue of error codes. The list is code and not a directory scan, because a compiled binary contains only
 * imported modules. Nothing is started here.
 *
 * @module
 */
export { cimPlugins, type CimPluginsOptions, defaultCertificates } from "./cim_plugins.ts";
export { type DerivedSources, deriveSources } from "./derived_sources.ts";
export { errorCatalogue } from "./error_catalogue.ts";
export {
  defaultConfigPaths,
  envPrefix,
  productSources,
  type ProductSourcesOptions,
} from "./product_sources.ts";
