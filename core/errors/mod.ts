/**
 * Errors: catalogues of codes, one class with a code, and functions that classify errors. It does not log,
 * retry or decide what to do; the caller does.
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
