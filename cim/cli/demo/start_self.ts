/**
 * This very program once more, running another command.
 *
 * Where the permission is there it is a process of its own. A compiled binary has no permission to start
 * processes, for the agent needs none; there the command runs inside the demo's process, and talks over
 * the same sockets and files.
 *
 * @module
 */
import type { Child, RunCommandLine } from "./child.ts";
import { startHere } from "./start_here.ts";
import { startProcess } from "./start_process.ts";

/** Options of {@linkcode startSelf}. */
export interface ChildOptions {
  /** Working directory; a process may write below it and nowhere else. */
  readonly folder: string;
  /** Variables added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the command where no process can be started. */
  readonly run: RunCommandLine;
}

/** Variables that configure an agent; the demo's one gets its own. */
const agentVariables =
  /^(CIM|K8S|KUBERNETES|SAMPLE|ETCD|NATS|KAFKA)_|_CONFIG$|^(NF|CONFIG_DIR)$|_REVISION$/;

/** Starts this program with other arguments. */
export async function startSelf(args: readonly string[], options: ChildOptions): Promise<Child> {
  const { folder, env = {}, run } = options;
  const inherited = Object.entries(Deno.env.toObject())
    .filter(([variable]) => !agentVariables.test(variable));
  const environment = { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env };
  const { state } = await Deno.permissions.query({ name: "run", command: Deno.execPath() });
  return state === "granted"
    ? startProcess(args, folder, environment)
    : startHere(args, environment, run);
}
