import { definePlugin, duration, integer, type Plugin } from "../../core/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { AppClientStats, appClientToken, createAppClient } from "./app_client.ts";

const fields = {
  port: integer({
    doc: "Port of the application, instead of `app_settings.app_port` of `cim.json`.",
    min: 1,
    max: 65_535,
  }),
  connectTimeoutMs: duration({
    doc: "Limit for connecting to the application.",
    default: 2_000,
    min: 10,
    max: 60_000,
  }),
  requestTimeoutMs: duration({
    doc: "Limit of a request to the application.",
    default: 10_000,
    min: 10,
    max: 600_000,
  }),
};

/** Provides the client of the application. Changes of `app_settings` count from the next call on. */
export function appClient(): Plugin {
  return definePlugin({
    name: "app_client",
    section: "app",
    requires: [cimSettingsToken],
    provides: [appClientToken],
    config: fields,
    init({ config, clock, get, metrics, provide }) {
      const settings = get(cimSettingsToken);
      const stats = new AppClientStats();
      metrics.add({
        type: "counter",
        name: "cim_app_requests_total",
        help: "Requests to the application by how far they came.",
        collect: () =>
          Object.entries(stats).map(([outcome, value]) => ({ labels: { outcome }, value })),
      });
      provide(
        appClientToken,
        createAppClient({
          ...config,
          clock,
          stats,
          address() {
            const { app_port, http2_enabled } = settings.current.cimConfig.app_settings;
            return { port: config.port ?? app_port, isHttp2: http2_enabled };
          },
        }),
      );
    },
  });
}
