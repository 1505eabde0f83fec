/**
 * cn-infra's health metrics. They are read from the status board at each scrape, so that a plugin has its gauge as
 * soon as it is registered.
 *
 * @module
 */
import type { MetricFamily, StatusBoard } from "../../core/mod.ts";
import { stateNumbers } from "./probe_document.ts";
import type { Build } from "./status_document.ts";

/** The families; `service` is the value of the label of that name. */
export function healthFamilies(service: string, board: StatusBoard, build: Build): MetricFamily[] {
  return [
    {
      type: "gauge",
      name: "service_health",
      help: "State of the agent: 0 starting, 1 ok or degraded, 2 error.",
      collect: () => [{ labels: { service }, value: stateNumbers[board.agent().state] }],
    },
    {
      type: "gauge",
      name: "service_dependency_health",
      help: "State of each plugin: 0 starting, 1 ok, degraded or disabled, 2 error.",
      collect: () =>
        board.agent().plugins.map(({ name, state }) => ({
          labels: { service, dependency: name },
          value: stateNumbers[state],
        })),
    },
    {
      type: "gauge",
      name: "service_info",
      help: "Build of the agent.",
      collect: () => [{
        labels: { service, build_version: build.version, build_date: build.date },
        value: 1,
      }],
    },
  ];
}
