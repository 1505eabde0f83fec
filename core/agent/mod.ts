/**
 * The agent: runs plugins from start to stop. It never exits the process and never listens to signals of
 * the operating system; `main.ts` does.
 *
 * @module
 */
export { Agent, createAgent } from "./agent.ts";
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
