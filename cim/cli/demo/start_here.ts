import { keepLast } from "./_keep_last.ts";
import type { Child, RunCommandLine } from "./child.ts";

/** The command inside this process, with a world of its own around it. */
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
