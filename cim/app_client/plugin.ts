import {
  type Clock,
  definePlugin,
  duration,
  integer,
  type Plugin,
  type StatusReporter,
} from "../../core/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { AppClientStats, appClientToken, createAppClient } from "./app_client.ts";
import { type AppOutcome, describeOutcome } from "./outcome.ts";

const fields = {
  port: integer({
    doc: "Port of the application; overrides `app_settings.app_port` of `cim.json`.",
    min: 1,
    max: 65_535,
  }),
  connectTimeoutMs: duration({
    doc: "Time limit for connecting to the application.",
    default: 2_000,
    min: 10,
    max: 60_000,
  }),
  requestTimeoutMs: duration({
    doc: "Time limit of a request to the application.",
    default: 10_000,
    min: 10,
    max: 600_000,
  }),
};

/**
 * Provides the client of the application. Changes of `app_settings` apply from the next call on. The status is
 * degraded from a call without an answer until the next answered one.
 */
export function appClient(): Plugin {
  return definePlugin({
    name: "app_client",
    section: "app",
    requires: [cimSettingsToken],
    provides: [appClientToken],
    config: fields,
    init({ config, clock, get, metrics, provide, status }) {
      const settings = get(cimSettingsToken);
      const stats = new AppClientStats();
      const address = () => {
        const { app_port, http2_enabled } = settings.current.cimConfig.app_settings;
        return { port: config.port ?? app_port, isHttp2: http2_enabled };
      };
      metrics.add({
        type: "counter",
        name: "cim_app_requests_total",
        help: "Requests to the application by outcome.",
        collect: () =>
          Object.entries(stats).map(([outcome, value]) => ({ labels: { outcome }, value })),
      });
      const onOutcome = outcomeReport(status, clock, () => address().port);
      provide(appClientToken, createAppClient({ ...config, clock, stats, address, onOutcome }));
    },
  });
}

/** Reports the first call of a series without an answer, with its time, and the end of the series. */
function outcomeReport(
  status: StatusReporter,
  clock: Clock,
  port: () => number,
): (outcome: AppOutcome) => void {
  let failingSince: string | undefined;
  return (outcome) => {
    if (outcome.kind === "answered") {
      if (failingSince === undefined) return;
      failingSince = undefined;
      return status.ok();
    }
    if (failingSince !== undefined) return;
    failingSince = new Date(clock.now()).toISOString();
    status.degraded(
      `The application on port ${port()} does not answer since ${failingSince}: ` +
        describeOutcome(outcome),
    );
  };
}
