/**
 * The test kit: an agent with recorded logs, a manual clock, and the contract suites that every plugin and every
 * store must pass. It is for tests only.
 *
 * @module
 */
export { type Harness, harness, type HarnessOptions } from "./harness.ts";
export {
  type KeyValueCase,
  keyValueContract,
  type KeyValueFixture,
  type KeyValueSubject,
} from "./keyvalue_contract.ts";
export { type ManualClock, manualClock } from "./manual_clock.ts";
export {
  type PluginCase,
  pluginContract,
  type PluginFixture,
  type PluginSubject,
} from "./plugin_contract.ts";
export { type RecordingLogs, recordingLogs } from "./recording_log.ts";
export {
  type SenderCase,
  senderContract,
  type SenderFixture,
  type SenderSubject,
} from "./sender_contract.ts";
