/**
 * The table from logging mode to destinations.
 *
 * @module
 */
import type { LoggingMode } from "../settings/mod.ts";

/** Name of a destination, as in metric labels. */
export type DestinationName = "file" | "stdout";

/** Destinations of each logging mode. `TCP` and `KAFKA` are not implemented yet and write to files. */
export const destinationsOfMode: Readonly<Record<LoggingMode, readonly DestinationName[]>> = Object
  .freeze({
    FILE: ["file"],
    STDOUT: ["stdout"],
    FILEANDSTDOUT: ["file", "stdout"],
    TCP: ["file"],
    KAFKA: ["file"],
  });

/** Whether the mode has a destination of its own in this version. */
export function isImplemented(mode: LoggingMode): boolean {
  return mode !== "TCP" && mode !== "KAFKA";
}
