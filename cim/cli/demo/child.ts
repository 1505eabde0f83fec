/**
 * This very program once more, as a process whose lines can be read.
 *
 * @module
 */
import { AgentError } from "../../../core/mod.ts";

/** Options of {@linkcode startSelf}. */
export interface ChildOptions {
  /** Name for errors. */
  readonly name: string;
  /** Working directory; the process may write below it and nowhere else. */
  readonly folder: string;
  /** Variables added to the environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A running process. Disposing of it ends it at once. */
export interface Child extends AsyncDisposable {
  readonly pid: number;
  /** What it printed so far, at most the last 1,000 lines of standard output and error together. */
  readonly lines: readonly string[];
  /** How it ended. */
  readonly exited: Promise<Deno.CommandStatus>;
  /** Sends a signal; nothing happens when it has ended. */
  kill(signal: Deno.Signal): void;
}

const maxLines = 1_000;

/** Variables that configure an agent; the demo's one gets its own. */
const agentVariables =
  /^(CIM|K8S|KUBERNETES|SAMPLE|ETCD|NATS|KAFKA)_|_CONFIG$|^(NF|CONFIG_DIR)$|_REVISION$/;

/** Starts this program with other arguments. Needs `--allow-run` unless it is a compiled binary. */
export function startSelf(args: readonly string[], options: ChildOptions): Child {
  const { name, folder, env = {} } = options;
  const inherited = Object.entries(Deno.env.toObject())
    .filter(([variable]) => !agentVariables.test(variable));
  const command = new Deno.Command(Deno.execPath(), {
    args: [...runtimeArgs(folder), ...args],
    cwd: folder,
    clearEnv: true,
    env: { ...Object.fromEntries(inherited), NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  let process: Deno.ChildProcess;
  try {
    process = command.spawn();
  } catch (cause) {
    throw new AgentError(
      "process_failed",
      `Cannot start ${name}: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
  return follow(process);
}

/** What the runtime has to be told; a compiled binary knows it already. */
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

function follow(process: Deno.ChildProcess): Child {
  const lines: string[] = [];
  const read = Promise.all([collect(process.stdout, lines), collect(process.stderr, lines)]);
  const exited = process.status.then(async (status) => {
    await read;
    return status;
  });
  let running = true;
  process.status.finally(() => running = false);
  function kill(signal: Deno.Signal): void {
    if (running) process.kill(signal);
  }
  return {
    pid: process.pid,
    lines,
    exited,
    kill,
    async [Symbol.asyncDispose]() {
      kill("SIGKILL");
      await exited;
    },
  };
}

async function collect(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  lines: string[],
): Promise<void> {
  let rest = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop()!;
    lines.push(...parts);
    if (lines.length > maxLines) lines.splice(0, lines.length - maxLines);
  }
  if (rest !== "") lines.push(rest);
}
