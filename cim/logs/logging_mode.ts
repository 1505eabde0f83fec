/**
 * The table from logging mode to destinations.
 *
 * @module
 */
import type { LoggingMode } from "../settings/mod.ts";

/** Name of a destination, as in metric labels. */
export type DestinationName = "file" | "stdout" | "tcp" | "kafka";

/** Destinations of each logging mode. Lines for one that is not configured are written to files. */
export const destinationsOfMode: Readonly<Record<LoggingMode, readonly DestinationName[]>> = Object
  .freeze({
    FILE: ["file"],
    STDOUT: ["stdout"],
    FILEANDSTDOUT: ["file", "stdout"],
    TCP: ["tcp"],
    KAFKA: ["kafka"],
  });
