/**
 * The service label as a plugin.
 *
 * In cn-infra, all agents without a label have the same one and so share their keys without notice. Here the
 * label defaults to the host's name or, where that is unknown, to a random label for this run, with a warning.
 *
 * @module
 */
import { text } from "../../core/config/mod.ts";
import { definePlugin, type Plugin, type Token, token } from "../../core/plugin/mod.ts";
import { defaultLabelRoot, ServiceLabel } from "./service_label.ts";

/** Token of the agent's {@linkcode ServiceLabel}. */
export const serviceLabelToken: Token<ServiceLabel> = token("service_label", {
  providedBy: "serviceLabelPlugin()",
});

/** Provides the agent's {@linkcode ServiceLabel}; section `service_label`. */
export function serviceLabelPlugin(): Plugin {
  return definePlugin({
    name: "service_label",
    provides: [serviceLabelToken],
    config: {
      label: text({
        doc:
          "Name that distinguishes this agent from the others that share a store. Default: the host's name.",
        pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/,
        patternDoc:
          "must be letters, digits, dots, dashes and underscores, a letter or digit first",
        aliases: ["MICROSERVICE_LABEL", "HOSTNAME"],
      }),
      root: text({
        doc: "Key prefix of all agents.",
        default: defaultLabelRoot,
        pattern: /^\/(?:.*\/)?$/,
        patternDoc: "must begin and end with a slash",
      }),
    },
    init({ config, log, random, provide }) {
      const name = config.label ?? randomLabel(random);
      if (config.label === undefined) {
        log.warn("No service label is configured; using a random one until the agent stops", {
          label: name,
          remedy: "set service_label.label or MICROSERVICE_LABEL",
        });
      }
      provide(serviceLabelToken, new ServiceLabel(name, { root: config.root }));
    },
  });
}

/** A random label; two agents get the same one with a probability of 1 in 4,294,967,296. */
function randomLabel(random: () => number): string {
  return `agent-${Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0")}`;
}
