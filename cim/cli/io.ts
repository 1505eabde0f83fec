/** Input, output and environment of a command. */
export interface CliIo {
  /** Writes one line of the result. */
  readonly out: (line: string) => void;
  /** Writes one line about a problem or about progress. Never throws. */
  readonly err: (line: string) => void;
  /** Reads all of standard input. */
  readonly readInput: () => Promise<Uint8Array>;
  /** Columns to wrap text at, 40 to 80. */
  readonly width: number;
  /** Whether `out` is a terminal that shows colours. */
  readonly hasColors: boolean;
  /** Environment variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborts when the command has to stop; the reason is a text such as the name of the signal. */
  readonly stop: AbortSignal;
  /** Aborts when a second signal ends the process without waiting for the command. */
  readonly kill: AbortSignal;
}

const defaultWidth = 80;
const minWidth = 40;

/** Input and output of this process. A reader that closes the pipe ends the output, not the command. */
export function processIo(stop: AbortSignal, kill: AbortSignal): CliIo {
  return {
    out: lineWriter(Deno.stdout, (error) => {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }),
    // If standard error cannot be written, there is nowhere left to report it.
    err: lineWriter(Deno.stderr, () => {}),
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
