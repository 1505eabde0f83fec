/**
 * The agent: runs plugins from start to stop. Nothing here exits the process, and only `runAgent` listens to
 * signals of the operating system.
 *
 * @module
 */
export { Agent, createAgent } from "./agent.ts";
export { runAgent, type RunAgentOptions } from "./run_agent.ts";
export type { AgentOptions, AgentState, StopOptions } from "./options.ts";
export {
  type Configuration,
  type PluginSections,
  readConfiguration,
} from "./read_configuration.ts";
export {
  type AgentApi,
  agentToken,
  type BootStep,
  logsToken,
  metricsToken,
  statusToken,
} from "./tokens.ts";
