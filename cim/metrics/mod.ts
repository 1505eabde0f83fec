/**
 * Product metrics that belong to no single part: what arrived on each NATS subject, with XGVela's names.
 * Parts that receive messages hold a {@linkcode SubjectMeter} and count into it in plain numbers.
 *
 * @module
 */
export { cimMetrics } from "./plugin.ts";
export { SubjectMeter } from "./subject_meter.ts";
