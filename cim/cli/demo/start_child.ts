/**
 * Runs this program with other arguments: as a process of its own if the permission to start processes is granted,
 * else inside the process of the demo. A compiled binary has no such permission, because the agent needs none; there
 * agent and application still communicate through sockets and files only.
 *
 * @module
 */
import type { RunCommandLine } from "../command_line.ts";
import { type Child, keepLast } from "./child.ts";

/** Options of {@linkcode startChild}. */
export interface ChildOptions {
  /** Working directory; a process may write below it and nowhere else. */
  readonly folder: string;
  /** Variables added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the command line where no process can be started. */
  readonly run: RunCommandLine;
}

/** Variables that configure an agent; the agent of the demo must not inherit them. */
const agentVariables =
  /^(CIM|K8S|KUBERNETES|SAMPLE|ETCD|NATS|KAFKA)_|_CONFIG$|^(NF|CONFIG_DIR)$|_REVISION$/;

/** Starts this program with other arguments. */
export async function startChild(args: readonly string[], options: ChildOptions): Promise<Child> {
  const { folder, env = {}, run } = options;
  const inherited = Object.entries(Deno.env.toObject())
    .filter(([variable]) => !agentVariables.test(variable));
  const environment = { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env };
  const { state } = await Deno.permissions.query({ name: "run", command: Deno.execPath() });
  return state === "granted"
    ? startProcess(args, folder, environment)
    : startHere(args, environment, run);
}

/** Runs a command line in this process, with its own input, output, environment and signals. */
export function startHere(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  run: RunCommandLine,
): Child {
  const stop = new AbortController();
  const kill = new AbortController();
  const lines: string[] = [];
  const print = (line: string) => keepLast(lines, line);
  const exited = run(args, {
    out: print,
    err: print,
    readInput: () => Promise.resolve(new Uint8Array(0)),
    width: 80,
    hasColors: false,
    env,
    stop: stop.signal,
    kill: kill.signal,
  });
  return {
    kind: "here",
    lines,
    exited,
    terminate: () => stop.abort("SIGTERM"),
    async [Symbol.asyncDispose]() {
      stop.abort("disposed");
      await exited;
    },
  };
}

/** Starts a process with the permissions that the agent needs; it may write below the folder only. */
function startProcess(
  args: readonly string[],
  folder: string,
  env: Record<string, string>,
): Child {
  const process = new Deno.Command(Deno.execPath(), {
    args: [...runtimeArgs(folder), ...args],
    cwd: folder,
    clearEnv: true,
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  const read = Promise.all([collect(process.stdout, lines), collect(process.stderr, lines)]);
  let isRunning = true;
  const exited = process.status.then(async ({ code }) => {
    isRunning = false;
    await read;
    return code;
  });
  function kill(signal: Deno.Signal): void {
    if (isRunning) process.kill(signal);
  }
  return {
    kind: "process",
    lines,
    exited,
    terminate: () => kill("SIGTERM"),
    async [Symbol.asyncDispose]() {
      kill("SIGKILL");
      await exited;
    },
  };
}

/** Arguments of the runtime; a compiled binary has them built in. */
function runtimeArgs(folder: string): string[] {
  if (Deno.build.standalone) return [];
  return [
    "run",
    "--no-prompt",
    "--allow-net",
    "--allow-env",
    "--allow-read",
    `--allow-write=${folder}`,
    Deno.mainModule,
  ];
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  lines: string[],
): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    keepLast(lines, ...parts);
  }
  if (rest !== "") keepLast(lines, rest);
}
