/**
 * Errors: one catalogue of codes, one class that carries them, and questions about any error. It does
 * not log, retry or decide what to do; that is the caller's part.
 *
 * @module
 */
export { AgentError, type AgentErrorOptions } from "./agent_error.ts";
export {
  type CoreErrorCode,
  coreErrors,
  defineErrors,
  type ErrorCatalogue,
  type ErrorEntry,
  type ErrorSpec,
} from "./catalogue.ts";
export { describeError, errorCode, hasCode, isAbort } from "./classify.ts";
