import type { AgentCommand } from "./_agent_process.ts";

/** The same command bound to a core; the child is the command itself, so its figures are its own. */
export function onCore(core: number, { name, command, args }: AgentCommand): AgentCommand {
  return { name, command: "taskset", args: ["-c", `${core}`, command, ...args] };
}
