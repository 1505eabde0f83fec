/**
 * The spool of the agent in `paths.data`: where records wait for destinations that do not take them, the pump that
 * moves them to the sender of a route, and the file of records that a destination refused for good. What a record
 * means and how it is sent is a matter of its route.
 *
 * @module
 */
export { AgentSpool, type AgentSpoolOptions, type LossListener } from "./agent_spool.ts";
export {
  type DeadLetter,
  DeadLetters,
  deadLettersName,
  type DeadLettersOptions,
  readDeadLetters,
  removeDeadLetters,
  type StoredDeadLetter,
  type StoredDeadLetters,
} from "./dead_letters.ts";
export { type BlockSender, Pump, type PumpOptions, type ResendWindow } from "./pump.ts";
export { spoolMetrics } from "./metrics.ts";
export { spool, type SpoolApi, type SpoolPluginOptions, spoolToken } from "./plugin.ts";
