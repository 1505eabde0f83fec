/**
 * The Prometheus plugin.
 *
 * @module
 */
import { counter, definePlugin, MetricSet, metricsToken, type Plugin } from "../../core/mod.ts";
import { BufferedResponse, httpToken, uncachedHeaders } from "../http/mod.ts";
import { type PrometheusApi, prometheusToken } from "./api.ts";
import { prometheusConfig } from "./config.ts";
import {
  chooseFormat,
  collect,
  contentTypes,
  type Exposition,
  type ExpositionFormat,
} from "./exposition.ts";
import { LagMeter } from "./lag_meter.ts";
import { runtimeFamilies } from "./runtime_families.ts";
import { ScrapeCache } from "./scrape_cache.ts";

/** Families to be scraped. */
type MetricSource = Pick<MetricSet, "families">;

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

      async function renderSet(set: MetricSource, format: ExpositionFormat): Promise<Exposition> {
        const { render } = await import("./_prom_client.ts");
        return await render(collect(set.families(), onFailure), format);
      }

      function serve(
        owner: string,
        path: string,
        cache: ScrapeCache,
        render: (format: ExpositionFormat) => Promise<Exposition>,
      ): Disposable {
        return http.route(owner, {
          method: "GET",
          path,
          access: "anyone",
          handler: async ({ request }) => {
            const format = chooseFormat(request.headers.get("accept"));
            const { contentType, body } = await cache.get(format, () => render(format));
            return new BufferedResponse(body, { headers: uncachedHeaders(contentType) });
          },
        });
      }

      const newCache = () => new ScrapeCache(config.minIntervalMs, clock);
      const own = get(metricsToken);
      const ownCache = newCache();
      const current = { families: () => enabled ? own.families() : [] };
      const renderOwn = (format: ExpositionFormat) => renderSet(current, format);
      serve(name, "/metrics", ownCache, renderOwn);
      metrics.add(
        counter(
          "metrics_collect_failures_total",
          "Families left out of a scrape because reading them failed.",
          () => [...failures].map(([family, value]) => ({ labels: { family }, value })),
        ),
      );
      if (config.runtime) {
        const lag = new LagMeter(clock);
        metrics.add(...runtimeFamilies(), ...lag.families());
        tasks.run("lag", (signal) => lag.run(config.lagIntervalMs, signal));
      }

      const api: PrometheusApi = {
        createRegistry(owner, path) {
          const set = new MetricSet();
          const route = serve(owner, path, newCache(), (format) => renderSet(set, format));
          return { path, metrics: set, [Symbol.dispose]: () => route[Symbol.dispose]() };
        },
        render: renderOwn,
        serve: (owner, path, render) =>
          serve(
            owner,
            path,
            newCache(),
            async (format) => ({ contentType: contentTypes[format], body: await render(format) }),
          ),
        setEnabled(value) {
          enabled = value;
          ownCache.clear();
        },
      };
      provide(prometheusToken, api);
    },
  });
}
