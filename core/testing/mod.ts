/**
 * The test kit: an agent with recorded logs, a manual clock, and the contract suites that every plugin and every
 * store must pass. It is for tests only.
 *
 * @module
 */
export { type Harness, harness, type HarnessOptions } from "./harness.ts";
export type { KeyValueCase, KeyValueFixture, KeyValueSubject } from "./keyvalue_case.ts";
export { keyValueContract } from "./keyvalue_contract.ts";
export { type ManualClock, manualClock } from "./manual_clock.ts";
export type { PluginCase, PluginFixture, PluginSubject } from "./plugin_case.ts";
export { pluginContract } from "./plugin_contract.ts";
export { type RecordingLogs, recordingLogs } from "./recording_log.ts";
export type { SenderCase, SenderFixture, SenderSubject } from "./sender_case.ts";
export { senderContract } from "./sender_contract.ts";
