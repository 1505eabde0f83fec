import type { CliIo } from "../../../cim/cli/mod.ts";

/** A world whose output can be looked at. */
export interface RecordingIo extends CliIo {
  readonly outLines: readonly string[];
  readonly errLines: readonly string[];
}

export function recordingIo(env: Readonly<Record<string, string>> = {}): RecordingIo {
  const outLines: string[] = [];
  const errLines: string[] = [];
  const { signal } = new AbortController();
  return {
    outLines,
    errLines,
    out: (line) => void outLines.push(line),
    err: (line) => void errLines.push(line),
    env,
    stop: signal,
    kill: signal,
  };
}
