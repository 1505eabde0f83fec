/**
 * What the log route is told, in its own units, derived from the product's settings document.
 *
 * @module
 */
import type { CimSettings, LoggingMode } from "../settings/mod.ts";
import type { LogFileSettings } from "./file/log_file.ts";

/** Limits and destinations in force. */
export interface RouteSettings extends LogFileSettings {
  /** Mode as configured. */
  readonly mode: LoggingMode;
  /** Whether lines go to files. TCP and KAFKA are not served yet and use files. */
  readonly toFile: boolean;
  /** Whether lines go to the standard output. */
  readonly toStdout: boolean;
  /** Bytes of a file's lines that are written without waiting for the timer. */
  readonly bufferBytes: number;
  /** Longest wait of a line in the buffer, in milliseconds. */
  readonly flushTimeoutMs: number;
  /** Whether the agent's own log has a file. */
  readonly hasOwnLog: boolean;
}

const dayMs = 86_400_000;

/** Translates the settings document. */
export function routeSettings({ cimConfig }: CimSettings): RouteSettings {
  const { lmaas, cim_settings } = cimConfig;
  const mode = lmaas.logging_mode;
  return Object.freeze({
    mode,
    toFile: mode !== "STDOUT",
    toStdout: mode === "STDOUT" || mode === "FILEANDSTDOUT",
    maxFileBytes: lmaas.max_file_size_in_mb * 1_048_576,
    maxBackups: lmaas.max_backup_files,
    maxAgeMs: lmaas.max_age * dayMs,
    bufferBytes: lmaas.buffer_size,
    flushTimeoutMs: lmaas.flush_timeout * 1_000,
    hasOwnLog: cim_settings.cim_file_log,
  });
}
