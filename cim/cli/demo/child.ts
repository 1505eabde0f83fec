/**
 * A command of this program that runs beside the demo.
 *
 * @module
 */

/** A running command. Disposing of it ends it at once. */
export interface Child extends AsyncDisposable {
  /** Whether it is a process of its own, or runs in the process of the demo. */
  readonly kind: "process" | "here";
  /** What it printed so far: the last 1,000 lines of standard output and standard error. */
  readonly lines: readonly string[];
  /** Its exit code; 128 or more for a process that a signal ended. */
  readonly exited: Promise<number>;
  /** Requests it to stop, as SIGTERM does. Does nothing when it has ended. */
  terminate(): void;
}

const maxLines = 1_000;

/** Adds lines and drops the oldest beyond 1,000. */
export function keepLast(lines: string[], ...more: string[]): void {
  lines.push(...more);
  if (lines.length > maxLines) lines.splice(0, lines.length - maxLines);
}
