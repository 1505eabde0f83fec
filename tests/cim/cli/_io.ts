import type { CliIo } from "../../../cim/cli/mod.ts";

/** Input and output that records what is written. */
export interface RecordingIo extends CliIo {
  readonly outLines: readonly string[];
  readonly errLines: readonly string[];
}

export function recordingIo(
  env: Readonly<Record<string, string>> = {},
  input = "",
): RecordingIo {
  const outLines: string[] = [];
  const errLines: string[] = [];
  const { signal } = new AbortController();
  return {
    outLines,
    errLines,
    out: (line) => void outLines.push(line),
    err: (line) => void errLines.push(line),
    readInput: () => Promise.resolve(new TextEncoder().encode(input)),
    width: 80,
    hasColors: false,
    env,
    stop: signal,
    kill: signal,
  };
}
