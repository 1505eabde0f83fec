/**
 * A command of this program that runs beside the demo.
 *
 * @module
 */
import type { CliIo } from "../io.ts";

/** A running command. Disposing of it ends it at once. */
export interface Child extends AsyncDisposable {
  /** Whether it is a process of its own. */
  readonly kind: "process" | "here";
  /** What it printed so far, at most the last 1,000 lines of standard output and error together. */
  readonly lines: readonly string[];
  /** Its exit code; 128 and more for a process ended by a signal. */
  readonly exited: Promise<number>;
  /** Tells it to stop, as SIGTERM does. Nothing happens when it has ended. */
  terminate(): void;
}

/** Runs one command line; `runCli` is one. */
export type RunCommandLine = (args: readonly string[], io: CliIo) => Promise<number>;
