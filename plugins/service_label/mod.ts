/**
 * The service label: the name that distinguishes an agent from others, and the key prefix of that agent in a
 * shared store. It does not access a store; use `store.withPrefix(label.prefix)` for that.
 *
 * @module
 */
export { serviceLabelPlugin, serviceLabelToken } from "./plugin.ts";
export { defaultLabelRoot, ServiceLabel, type ServiceLabelOptions } from "./service_label.ts";
