/** How a command reaches the world. */
export interface CliIo {
  /** Writes one line of the answer. */
  readonly out: (line: string) => void;
  /** Writes one line about trouble or progress. */
  readonly err: (line: string) => void;
  /** The environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Aborts when the operator wants the command to stop; the reason is the signal's name. */
  readonly stop: AbortSignal;
  /** Aborts when the operator will not wait any longer; the process ends right after. */
  readonly kill: AbortSignal;
}

/** The world of this process. A reader that went away (closed pipe) ends the output, not the command. */
export function processIo(stop: AbortSignal, kill: AbortSignal): CliIo {
  return {
    out: lineWriter(Deno.stdout),
    err: lineWriter(Deno.stderr),
    // Most commands need no environment; reading it asks for a permission.
    get env() {
      return Deno.env.toObject();
    },
    stop,
    kill,
  };
}

function lineWriter(stream: { writeSync(bytes: Uint8Array): number }): (line: string) => void {
  const encoder = new TextEncoder();
  return (line) => {
    const bytes = encoder.encode(`${line}\n`);
    try {
      for (let at = 0; at < bytes.length;) at += stream.writeSync(bytes.subarray(at));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  };
}
