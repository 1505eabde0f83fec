/**
 * The leaves of `cim.json` with their ranges and the defaults of the shipped file. The names are the
 * document's own: it is an interchange format, patched from outside by these names.
 *
 * @module
 */
import { choice, type ConfigOf, type Fields, flag, integer } from "../../core/mod.ts";

/** Where logs go. */
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
    doc: "Size at which a file is rotated.",
    default: 10,
    min: 1,
    max: 50,
  }),
  max_backup_files: integer({ doc: "Rotated files kept.", default: 10, min: 1, max: 20 }),
  max_age: integer({ doc: "Days rotated files are kept.", default: 7, min: 1, max: 30 }),
  buffer_size: integer({
    doc: "Bytes buffered per file.",
    default: 10_000,
    min: 1_000,
    max: 100_000,
  }),
  flush_timeout: integer({
    doc: "Seconds until a buffer is written.",
    default: 30,
    min: 5,
    max: 30,
  }),
  logging_mode: choice(loggingModes, { doc: "Where logs go.", default: "FILE" as LoggingMode }),
  prefer_local_daemonset: flag({ doc: "TCP logs go to the node's own pod.", default: false }),
};

const cim_settings = {
  enable_kpi: flag({ doc: "Whether product metrics are counted.", default: true }),
  log_level: choice(["INFO", "DEBUG", "ERROR", "WARNING", "EXCEPTION", "ALL"], {
    doc: "Level of the agent's own log.",
    default: "ALL",
  }),
  cim_file_log: flag({ doc: "Whether the agent's own log goes to a file.", default: true }),
  num_garp_count: integer({ doc: "Accepted and ignored.", default: 1, min: 0, max: 5 }),
  remote_svc_retry_count: integer({
    doc: "Attempts to reach a service.",
    default: 60,
    min: 1,
    max: 600,
  }),
  ttl_timeout: integer({ doc: "Accepted and ignored.", default: 1, min: 1, max: 600 }),
};

const app_settings = {
  app_port: integer({ doc: "Port of the application.", default: 9_999, min: 5_000, max: 10_000 }),
  http2_enabled: flag({ doc: "Whether the application is spoken to in h2c.", default: false }),
};

/** The sections below `cimConfig` and their leaves. */
export const settingsSections = Object.freeze({ lmaas, cim_settings, app_settings });

/** Section `lmaas`. */
export type LogSettings = ConfigOf<typeof settingsSections.lmaas>;
/** Section `cim_settings`. */
export type CimOwnSettings = ConfigOf<typeof settingsSections.cim_settings>;
/** Section `app_settings`. */
export type AppSettings = ConfigOf<typeof settingsSections.app_settings>;

/** The document: frozen to its depth; members that are not known are kept as they are. */
export interface CimSettings {
  /** The single root object. */
  readonly cimConfig: {
    /** Logs. */
    readonly lmaas: LogSettings;
    /** The agent itself. */
    readonly cim_settings: CimOwnSettings;
    /** How the application is reached. */
    readonly app_settings: AppSettings;
    /** Sections that are not known. */
    readonly [unknown: string]: unknown;
  };
  /** Members that are not known. */
  readonly [unknown: string]: unknown;
}

/** The settings in force when there is no document. */
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
