/**
 * Product metrics that several parts share: the messages received on each NATS subject, with XGVela's names. A
 * part that receives messages has a {@linkcode SubjectMeter} and counts into it in plain numbers. The metrics
 * of single parts stand in their own folders.
 *
 * @module
 */
export { cimMetrics } from "./plugin.ts";
export { SubjectMeter } from "./subject_meter.ts";
