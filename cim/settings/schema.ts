/**
 * Members of `cim.json` with their ranges, and the defaults of the shipped file. The names are those of the document,
 * because change-sets patch it by these names.
 *
 * @module
 */
import { choice, type ConfigOf, type Fields, flag, integer } from "../../core/mod.ts";

/** Destination of the application's log. */
export type LoggingMode = "FILE" | "TCP" | "KAFKA" | "STDOUT" | "FILEANDSTDOUT";

/** Every {@linkcode LoggingMode}. */
export const loggingModes: readonly LoggingMode[] = Object.freeze([
  "FILE",
  "TCP",
  "KAFKA",
  "STDOUT",
  "FILEANDSTDOUT",
]);

const lmaas = {
  max_file_size_in_mb: integer({
    doc: "Size in MB at which a log file is rotated.",
    default: 10,
    min: 1,
    max: 50,
  }),
  max_backup_files: integer({
    doc: "Maximum number of rotated files that are kept.",
    default: 10,
    min: 1,
    max: 20,
  }),
  max_age: integer({
    doc: "Number of days that rotated files are kept.",
    default: 7,
    min: 1,
    max: 30,
  }),
  buffer_size: integer({
    doc: "Size of the write buffer of each file, in bytes.",
    default: 10_000,
    min: 1_000,
    max: 100_000,
  }),
  flush_timeout: integer({
    doc: "Maximum time in seconds before a buffer is written.",
    default: 30,
    min: 5,
    max: 30,
  }),
  logging_mode: choice(loggingModes, {
    doc: "Destination of the application's log.",
    default: "FILE" as LoggingMode,
  }),
  prefer_local_daemonset: flag({
    doc: "Whether TCP logs go to the log collector of the node.",
    default: false,
  }),
};

const cim_settings = {
  enable_kpi: flag({ doc: "Whether product metrics are counted.", default: true }),
  log_level: choice(["INFO", "DEBUG", "ERROR", "WARNING", "EXCEPTION", "ALL"], {
    doc: "Level of the agent's own log.",
    default: "ALL",
  }),
  cim_file_log: flag({
    doc: "Whether the agent's own log is also written to a file.",
    default: true,
  }),
  num_garp_count: integer({ doc: "Accepted and ignored.", default: 1, min: 0, max: 5 }),
  remote_svc_retry_count: integer({
    doc: "Maximum number of attempts to reach a service.",
    default: 60,
    min: 1,
    max: 600,
  }),
  ttl_timeout: integer({ doc: "Accepted and ignored.", default: 1, min: 1, max: 600 }),
};

const app_settings = {
  app_port: integer({ doc: "Port of the application.", default: 9_999, min: 5_000, max: 10_000 }),
  http2_enabled: flag({
    doc: "Whether the agent calls the application with HTTP/2 (h2c).",
    default: false,
  }),
};

/** Sections of `cimConfig` and their members. */
export const settingsSections = Object.freeze({ lmaas, cim_settings, app_settings });

/** Section `lmaas`. */
export type LogSettings = ConfigOf<typeof settingsSections.lmaas>;
/** Section `cim_settings`. */
export type CimOwnSettings = ConfigOf<typeof settingsSections.cim_settings>;
/** Section `app_settings`. */
export type AppSettings = ConfigOf<typeof settingsSections.app_settings>;

/** The document, deeply frozen; unknown members are kept unchanged. */
export interface CimSettings {
  /** The single root object. */
  readonly cimConfig: {
    /** Log files and destinations. */
    readonly lmaas: LogSettings;
    /** Settings of the agent. */
    readonly cim_settings: CimOwnSettings;
    /** Port and protocol of the application. */
    readonly app_settings: AppSettings;
    /** Unknown sections. */
    readonly [unknown: string]: unknown;
  };
  /** Unknown members. */
  readonly [unknown: string]: unknown;
}

/** The settings used when there is no document. */
export function defaultSettings(): CimSettings {
  return {
    cimConfig: {
      lmaas: defaults(lmaas),
      cim_settings: defaults(cim_settings),
      app_settings: defaults(app_settings),
    },
  };
}

function defaults<F extends Fields>(fields: F): ConfigOf<F> {
  const values = Object.entries(fields).map(([name, field]) => [name, field.default]);
  return Object.fromEntries(values) as ConfigOf<F>;
}
