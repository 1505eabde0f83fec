import type { AgentCommand } from "./_agent_process.ts";

/** The same command bound to a core. */
export function onCore(core: number, { name, command, args }: AgentCommand): AgentCommand {
  return { name, command: "taskset", args: ["-c", `${core}`, command, ...args] };
}
