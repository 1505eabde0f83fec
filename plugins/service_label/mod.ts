/**
 * The service label: the name that tells one agent from another, and the part of a shared key space that
 * belongs to it. It reads and writes no keys; `prefixView` binds a store to a prefix.
 *
 * @module
 */
export { serviceLabelPlugin, serviceLabelToken } from "./plugin.ts";
export { defaultLabelRoot, ServiceLabel, type ServiceLabelOptions } from "./service_label.ts";
