/**
 * The HTTP plugin. It listens in `init`, so that probes are answered from the beginning; a path without a route is
 * answered with 503 until the agent runs.
 *
 * @module
 */
import { agentToken, definePlugin, type Plugin } from "../../core/mod.ts";
import { type HttpApi, httpToken } from "./api.ts";
import { httpConfig, listenHost } from "./config.ts";
import { FollowedTls } from "./follow_tls.ts";
import { HttpListener } from "./front/mod.ts";
import { type Gate, hostGate, loopbackGate, originGate } from "./gates.ts";
import { HttpStats } from "./http_stats.ts";
import { createPipeline } from "./pipeline.ts";
import { descriptorLimit } from "./proc.ts";
import { Router } from "./router.ts";
import { type CertificatePair, TlsFiles } from "./tls_files.ts";

/** Options of {@linkcode http}. */
export interface HttpOptions {
  /**
   * Gates that a request must pass after the built-in ones (loopback peers, local host names, origin of web pages), in this order;
   * for example an authenticator. Default: none.
   */
  gates?: readonly Gate[];
  /**
   * Files that turn TLS on if they are there and the configuration names no others, with paths relative to the working
   * directory. Default: none.
   */
  defaultTls?: CertificatePair;
}

/** One port for HTTP/1.1 and HTTP/2, with and without TLS. Provides {@linkcode HttpApi}; requires nothing. */
export function http({ gates = [], defaultTls }: HttpOptions = {}): Plugin {
  return definePlugin({
    name: "http",
    section: "rest",
    provides: [httpToken],
    config: httpConfig,
    async init({ config, log, clock, metrics, status, tasks, provide, get }) {
      const files = new TlsFiles(config, defaultTls);
      const agent = get(agentToken);
      const stats = new HttpStats();
      const router = new Router();
      const pipeline = createPipeline({
        ...config,
        router,
        gates: [loopbackGate, hostGate(config.allowedHosts), originGate, ...gates],
        stats,
        log,
        clock,
        isStarting: () => agent.state === "starting",
      });
      const maxConnections = connectionLimit(config.maxConnections, descriptorLimit());
      if (maxConnections < config.maxConnections) {
        log.warn("Fewer connections than configured, for lack of file descriptors", {
          maxConnections,
          configured: config.maxConnections,
        });
      }
      const problems = new Map<string, string | undefined>();
      const onProblem = (part: string) => (reason: string | undefined) => {
        problems.set(part, reason);
        const reasons = [...problems.values()].filter((text) => text !== undefined);
        if (reasons.length === 0) status.ok();
        else status.degraded(reasons.join("; "));
      };
      const listener = new HttpListener(pipeline, {
        ...config,
        maxConnections,
        hostname: listenHost(config),
        stats,
        log,
        clock,
        onProblem: onProblem("listener"),
      });
      if (!files.isEmpty) {
        const tls = new FollowedTls({ listener, files, log, onProblem: onProblem("tls") });
        await tls.renew();
        tasks.run("tls", (signal) => tls.follow(clock, config.tlsReloadIntervalMs, signal));
      }
      metrics.add(...stats.families());
      const { hostname, port } = listener;
      log.info("Listening", { hostname, port });
      const api: HttpApi = {
        port,
        route: (owner, route) => router.add(owner, route),
        handle: (owner, route) => router.addHandler(owner, route),
        get routes() {
          return router.list();
        },
      };
      provide(httpToken, api);
      return listener;
    },
    close: (listener, { signal }) => listener.close(signal),
  });
}

/**
 * How many connections may be open: a sixth of the process's descriptors at most, since each takes three, and half of
 * all descriptors are left to the other parts of the agent.
 */
export function connectionLimit(configured: number, descriptors: number | undefined): number {
  if (descriptors === undefined) return configured;
  return Math.max(1, Math.min(configured, Math.floor(descriptors / 6)));
}
