/**
 * The Prometheus plugin.
 *
 * @module
 */
import {
  definePlugin,
  type MetricFamily,
  MetricSet,
  metricsToken,
  type Plugin,
  type Sample,
} from "../../core/mod.ts";
import { httpToken } from "../http/mod.ts";
import { type PrometheusApi, prometheusToken } from "./api.ts";
import { prometheusConfig } from "./config.ts";
import { chooseFormat, collect } from "./exposition.ts";
import { LagMeter } from "./lag_meter.ts";
import { runtimeFamilies } from "./runtime_families.ts";

/** Serves `/metrics` to every peer that can reach the port. Requires `http`; provides {@linkcode PrometheusApi}. */
export function prometheus(): Plugin {
  return definePlugin({
    name: "prometheus",
    section: "metrics",
    requires: [httpToken],
    provides: [prometheusToken],
    config: prometheusConfig,
    init({ name, config, log, clock, metrics, tasks, provide, get }) {
      const http = get(httpToken);
      const failures = new Map<string, number>();
      let enabled = config.enabled;

      function onFailure(family: string, error: unknown): void {
        failures.set(family, (failures.get(family) ?? 0) + 1);
        log.warn("Cannot collect metric", { family, error });
      }

      function serve(owner: string, path: string, families: () => MetricFamily[]): Disposable {
        return http.route(owner, {
          method: "GET",
          path,
          access: "anyone",
          handler: async ({ request }) => {
            const { render } = await import("./_prom_client.ts");
            const format = chooseFormat(request.headers.get("accept"));
            const { contentType, body } = await render(collect(families(), onFailure), format);
            return new Response(body, {
              headers: {
                "content-type": contentType,
                "cache-control": "no-store",
                "x-content-type-options": "nosniff",
              },
            });
          },
        });
      }

      const own = get(metricsToken);
      serve(name, "/metrics", () => enabled ? own.families() : []);
      metrics.add({
        type: "counter",
        name: "metrics_collect_failures_total",
        help: "Families left out of a scrape because reading them failed.",
        collect: (): Sample[] =>
          [...failures].map(([family, value]) => ({ labels: { family }, value })),
      });
      if (config.runtime) {
        const lag = new LagMeter(clock);
        metrics.add(...runtimeFamilies(), ...lag.families());
        tasks.run("lag", (signal) => lag.run(config.lagIntervalMs, signal));
      }

      const api: PrometheusApi = {
        createRegistry(owner, path) {
          const set = new MetricSet();
          const route = serve(owner, path, () => set.families());
          return { path, metrics: set, [Symbol.dispose]: () => route[Symbol.dispose]() };
        },
        setEnabled(value) {
          enabled = value;
        },
      };
      provide(prometheusToken, api);
    },
  });
}
