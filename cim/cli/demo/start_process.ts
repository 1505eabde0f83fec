import type { Child } from "./child.ts";
import { keepLast } from "./_keep_last.ts";

/** A process with exactly the permissions that the agent needs; it may write below the folder only. */
export function startProcess(
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
  let running = true;
  const exited = process.status.then(async ({ code }) => {
    running = false;
    await read;
    return code;
  });
  function kill(signal: Deno.Signal): void {
    if (running) process.kill(signal);
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
