/** What the sample application is told by its environment. */
export interface SampleSettings {
  /** The agent's REST port, `SAMPLE_REST_URL`. */
  readonly restUrl: string;
  /** The agent's NATS port, `SAMPLE_NATS_URL`. */
  readonly natsUrl: string;
  /** Own port, `SAMPLE_APP_PORT`; it must be the `app_port` of cim.json. */
  readonly port: number;
  /** `SAMPLE_CONTAINER_NAME`, part of the log file's name. */
  readonly containerName: string;
  /** `SAMPLE_CONTAINER_ID`, part of the log file's name. */
  readonly containerId: string;
  /** Lines published once after registration, `SAMPLE_LOG_LINES`. */
  readonly logLines: number;
  /** Seconds between further lines, `SAMPLE_LOG_INTERVAL`; 0 for none. */
  readonly logIntervalS: number;
}

/**
 * Reads the settings from the environment; everything has a default.
 *
 * @throws {RangeError} When a number is none or below zero.
 */
export function readSettings(env: Readonly<Record<string, string>>): SampleSettings {
  return {
    restUrl: env.SAMPLE_REST_URL ?? "http://127.0.0.1:6060",
    natsUrl: env.SAMPLE_NATS_URL ?? "nats://127.0.0.1:4222",
    port: count("SAMPLE_APP_PORT", 9999),
    containerName: env.SAMPLE_CONTAINER_NAME ?? "sample",
    containerId: env.SAMPLE_CONTAINER_ID ?? "0001",
    logLines: count("SAMPLE_LOG_LINES", 10),
    logIntervalS: count("SAMPLE_LOG_INTERVAL", 0),
  };

  function count(name: string, preset: number): number {
    const value = Number(env[name] ?? preset);
    if (Number.isInteger(value) && value >= 0) return value;
    throw new RangeError(`Cannot use ${name}=${env[name]}: must be a whole number from 0`);
  }
}
