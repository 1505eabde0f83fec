/**
 * The settings of the log route, in its own units, derived from the product's settings document.
 *
 * @module
 */
import type { CimSettings, LoggingMode } from "../settings/mod.ts";
import type { FileSettings } from "./file/mod.ts";

/** Limits and mode of the log route. */
export interface RouteSettings extends FileSettings {
  /** The logging mode; `destinationsOfMode` has its destinations. */
  readonly mode: LoggingMode;
}

const dayMs = 86_400_000;

/** Derives the settings from the document. */
export function routeSettings({ cimConfig }: CimSettings): RouteSettings {
  const { lmaas, cim_settings } = cimConfig;
  return Object.freeze({
    mode: lmaas.logging_mode,
    maxFileBytes: lmaas.max_file_size_in_mb * 1_048_576,
    maxBackups: lmaas.max_backup_files,
    maxAgeMs: lmaas.max_age * dayMs,
    bufferBytes: lmaas.buffer_size,
    flushTimeoutMs: lmaas.flush_timeout * 1_000,
    hasOwnLog: cim_settings.cim_file_log,
  });
}
