/**
 * Status of plugins and of the agent. It serves no requests; `plugins/health` serves the probes.
 *
 * @module
 */
export {
  type AgentStatus,
  type PluginState,
  type PluginStatus,
  type RegisterOptions,
  StatusBoard,
  type StatusBoardOptions,
  type StatusChange,
  type StatusReporter,
} from "./status_board.ts";
