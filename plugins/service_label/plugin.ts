/**
 * The label of an agent, from its configuration.
 *
 * cn-infra gives agents without a label one in common, so that they share their keys unawares. Here the host's
 * name stands in, and where that is not known, a label made up for this run, with a warning.
 *
 * @module
 */
import { text } from "../../core/config/mod.ts";
import { definePlugin, type Plugin, type Token, token } from "../../core/plugin/mod.ts";
import { defaultLabelRoot, ServiceLabel } from "./service_label.ts";

/** Key under which the agent's {@linkcode ServiceLabel} is provided. */
export const serviceLabelToken: Token<ServiceLabel> = token("service_label");

/** Provides the agent's {@linkcode ServiceLabel}; section `service_label`. */
export function serviceLabelPlugin(): Plugin {
  return definePlugin({
    name: "service_label",
    provides: [serviceLabelToken],
    config: {
      label: text({
        doc:
          "Name that tells this agent from all others that share a store. Default: the host's name.",
        pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/,
        patternDoc:
          "must be letters, digits, dots, dashes and underscores, a letter or digit first",
        aliases: ["MICROSERVICE_LABEL", "HOSTNAME"],
      }),
      root: text({
        doc: "Prefix of the keys of all agents.",
        default: defaultLabelRoot,
        pattern: /^\/(?:.*\/)?$/,
        patternDoc: "must begin and end with a slash",
      }),
    },
    init({ config, log, random, provide }) {
      const name = config.label ?? madeUp(random);
      if (config.label === undefined) {
        log.warn("No label is configured: this one lasts until the agent stops", {
          label: name,
          remedy: "set service_label.label or MICROSERVICE_LABEL",
        });
      }
      provide(serviceLabelToken, new ServiceLabel(name, { root: config.root }));
    },
  });
}

/** A label that no other agent has, but for bad luck of one in four thousand million. */
function madeUp(random: () => number): string {
  return `agent-${Math.floor(random() * 2 ** 32).toString(16).padStart(8, "0")}`;
}
