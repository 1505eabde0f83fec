/**
 * States of plugins and of the agent. It serves nothing; `plugins/health` turns it into probes.
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
