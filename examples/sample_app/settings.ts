/** Settings of the sample application, each from an environment variable. */
export interface SampleSettings {
  /** URL of the agent's REST port, `SAMPLE_REST_URL`. Default: `http://127.0.0.1:6060`. */
  readonly restUrl: string;
  /** URL of the agent's NATS port, `SAMPLE_NATS_URL`. Default: `nats://127.0.0.1:4222`. */
  readonly natsUrl: string;
  /** HTTP port of the application, `SAMPLE_APP_PORT`. Default: 9999. It must be the agent's `app_port`. */
  readonly port: number;
  /** `SAMPLE_CONTAINER_NAME`, part of the log file's name. Default: `sample`. */
  readonly containerName: string;
  /** `SAMPLE_CONTAINER_ID`, part of the log file's name. Default: `0001`. */
  readonly containerId: string;
  /** Number of lines published once after registration, `SAMPLE_LOG_LINES`. Default: 10. */
  readonly logLines: number;
  /** Seconds between further lines, `SAMPLE_LOG_INTERVAL`. Default: 0, no further lines. */
  readonly logIntervalS: number;
}

/**
 * Reads the settings from the environment; everything has a default.
 *
 * @throws {RangeError} When a number is not a whole number or is below 0.
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
