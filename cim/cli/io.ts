import { LineStream } from "../../core/log/mod.ts";
import type { Duration } from "../../core/units/mod.ts";

/** Input, output and environment of a command. */
export interface CliIo {
  /** Writes one line of the result. */
  readonly out: (line: string) => void;
  /** Writes one line about a problem or about progress. Never throws, never waits. */
  readonly err: (line: string) => void;
  /** The stream that `err` writes to, for the agent's own log. Default: one of its own. */
  readonly errStream?: LineStream;
  /** Reads all of standard input. */
  readonly readInput: () => Promise<Uint8Array>;
  /** Columns to wrap text at, 40 to 80. */
  readonly width: number;
  /** Whether `out` is a terminal that shows colours. */
  readonly hasColors: boolean;
  /** Whether `err` is a terminal, where long commands report their progress. Default false. */
  readonly isErrTerminal?: boolean;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborts when the command has to stop; the reason is a text such as the name of the signal. */
  readonly stop: AbortSignal;
  /** Aborts when a second signal ends the process without waiting for the command. */
  readonly kill: AbortSignal;
}

const defaultWidth = 80;
const minWidth = 40;

/** Input and output of the process, with the end of its error output. */
export interface ProcessIo extends CliIo {
  /** Waits until the lines of `err` are written; returns false when `limit` passes before. */
  readonly flush: (limit: Duration) => Promise<boolean>;
}

/**
 * Input and output of this process. A reader that closes the pipe ends the output, not the command. Lines for
 * standard error are written in the background: a full disk or a reader that has stopped delays nothing.
 */
export function processIo(stop: AbortSignal, kill: AbortSignal): ProcessIo {
  const errStream = new LineStream(Deno.stderr);
  return {
    out: lineWriter(Deno.stdout, (error) => {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }),
    err: (line) => errStream.write(line),
    errStream,
    isErrTerminal: Deno.stderr.isTerminal(),
    flush: (limit) => errStream.flush(limit),
    readInput: () => new Response(Deno.stdin.readable).bytes(),
    get width() {
      return Deno.stdout.isTerminal() ? terminalWidth() : defaultWidth;
    },
    // Deno evaluates NO_COLOR.
    hasColors: !Deno.noColor && Deno.stdout.isTerminal(),
    // Read on demand: most commands need no environment, and reading it needs a permission.
    get env() {
      return Deno.env.toObject();
    },
    stop,
    kill,
  };
}

function terminalWidth(): number {
  return Math.min(Math.max(Deno.consoleSize().columns, minWidth), defaultWidth);
}

function lineWriter(
  stream: { writeSync(bytes: Uint8Array): number },
  onFailure: (error: unknown) => void,
): (line: string) => void {
  const encoder = new TextEncoder();
  return (line) => {
    const bytes = encoder.encode(`${line}\n`);
    try {
      for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
    } catch (error) {
      onFailure(error);
    }
  };
}
