import { definePlugin, flag, type Plugin } from "../../core/mod.ts";
import { prometheusToken } from "../../plugins/prometheus/mod.ts";
import { busToken } from "../bus/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { SubjectMeter } from "./subject_meter.ts";

/**
 * Applies `cim_settings.enable_kpi`: when it is false, `/metrics` is served and empty, while counting goes on.
 * Counts the messages on subject TEST, which applications may use to test the connection.
 */
export function cimMetrics(): Plugin {
  return definePlugin({
    name: "cim_metrics",
    section: "metrics",
    requires: [prometheusToken, busToken, identityToken, cimSettingsToken],
    config: {
      enabled: flag({
        doc: "Whether `/metrics` has content; false serves it empty.",
        default: true,
      }),
    },
    init({ config, get, metrics }) {
      const settings = get(cimSettingsToken);
      const meter = new SubjectMeter("TEST");
      metrics.add(...meter.families(get(identityToken).current.podName));
      const apply = () =>
        get(prometheusToken).setEnabled(
          config.enabled && settings.current.cimConfig.cim_settings.enable_kpi,
        );
      apply();
      const subscriptions = new DisposableStack();
      subscriptions.use(settings.onChange(apply));
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
