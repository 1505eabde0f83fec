import { definePlugin, flag, type Plugin } from "../../core/mod.ts";
import { prometheusToken } from "../../plugins/prometheus/mod.ts";
import { busToken } from "../bus/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { SubjectMeter } from "./subject_meter.ts";

/**
 * Honours `cim_settings.enable_kpi`: when it is false, `/metrics` is served and empty. Counting goes on,
 * it costs nothing. Shows subject TEST, which applications may use to try the connection.
 */
export function cimMetrics(): Plugin {
  return definePlugin({
    name: "cim_metrics",
    section: "metrics",
    requires: [prometheusToken, busToken, identityToken, cimSettingsToken],
    config: {
      enabled: flag({
        doc: "Whether /metrics shows anything; off, the path is served and empty.",
        default: true,
      }),
    },
    init({ config, get, metrics }) {
      const settings = get(cimSettingsToken);
      const meter = new SubjectMeter("TEST");
      metrics.add(...meter.families(get(identityToken).current.podName));
      const show = () =>
        get(prometheusToken).setEnabled(
          config.enabled && settings.current.cimConfig.cim_settings.enable_kpi,
        );
      show();
      const subscriptions = new DisposableStack();
      subscriptions.use(settings.onChange(show));
      subscriptions.use(
        get(busToken).subscribe("TEST", {
          onMessage: ({ start, end }) => meter.observe(end - start),
        }),
      );
      return subscriptions;
    },
    close: (subscriptions) => subscriptions.dispose(),
  });
}
