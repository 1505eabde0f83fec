/**
 * The health plugin.
 *
 * @module
 */
import {
  type AgentStatus,
  agentToken,
  definePlugin,
  type Plugin,
  statusToken,
} from "../../core/mod.ts";
import { httpToken, jsonResponse } from "../http/mod.ts";
import { prometheusToken } from "../prometheus/mod.ts";
import { healthConfig } from "./config.ts";
import { healthFamilies } from "./health_families.ts";
import { probeDocument } from "./probe_document.ts";
import { type Build, statusDocument } from "./status_document.ts";

/** Facts about the build of the program. */
export interface HealthOptions {
  /** Date of the build. Default: empty. */
  buildDate?: string;
  /** Commit that it was built from. Default: empty. */
  commitHash?: string;
}

/**
 * Serves the probes to every peer that can reach the port, and the status to loopback peers. Requires `http`; with
 * `prometheus` it also serves the registry `/health`.
 */
export function health({ buildDate = "", commitHash = "" }: HealthOptions = {}): Plugin {
  return definePlugin({
    name: "health",
    requires: [httpToken],
    optional: [prometheusToken],
    config: healthConfig,
    init({ name, config, log, signal, get, find }) {
      const board = get(statusToken);
      const agent = get(agentToken);
      const http = get(httpToken);
      const build: Build = { version: agent.version, date: buildDate, commit: commitHash };

      for (const plugin of config.nonFatal) {
        if (!board.plugin(plugin)) {
          log.warn("Plugin named in health.non_fatal does not exist", { plugin });
        }
      }
      board.setNonFatal(config.nonFatal);

      function current(): AgentStatus {
        const status = board.agent();
        return signal.aborted ? { ...status, state: "error", reason: "stopping" } : status;
      }

      http.route(name, {
        method: "GET",
        path: "/liveness",
        access: "anyone",
        isProbe: true,
        handler: ({ remote }) => jsonResponse(probeDocument(current(), build, remote.isLoopback)),
      });
      http.route(name, {
        method: "GET",
        path: "/readiness",
        access: "anyone",
        isProbe: true,
        handler({ remote }) {
          const status = current();
          const document = probeDocument(status, build, remote.isLoopback);
          return jsonResponse(document, isReady(status) ? 200 : 500);
        },
      });
      http.route(name, {
        method: "GET",
        path: "/api/v1/status",
        handler: () => jsonResponse(statusDocument(current(), agent, build)),
      });
      find(prometheusToken)?.createRegistry(name, "/health").metrics
        .add(...healthFamilies(agent.name, board, build));
    },
  });
}

/** A degraded agent still serves its application, so it must stay in rotation. */
function isReady({ state }: AgentStatus): boolean {
  return state === "ok" || state === "degraded";
}
