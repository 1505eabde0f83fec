/**
 * The server as a plugin.
 *
 * `init` provides the server before its port is open: whoever subscribes in its own `init` misses no
 * message. The port opens in `afterInit`, and when the agent stops the server drains.
 *
 * @module
 */
import { definePlugin, type Plugin, type Token, token } from "../../core/mod.ts";
import { natsServerFields, serverOptions } from "./config.ts";
import { httpToken } from "../http/mod.ts";
import { monitoringRoutes } from "./monitoring_routes.ts";
import { serverMetrics } from "./metrics.ts";
import { NatsServer } from "./server.ts";

/** Key under which the {@linkcode NatsServer} is provided. */
export const natsServerToken: Token<NatsServer> = token("nats_server");

/** Subject families of the product; they have counters of their own from the start. */
const productFamilies = ["LOG", "EVENT", "CONFIG", "TEST", "EVENT-NOTIFICATION"];

/** The embedded NATS server. Requires nothing; a port that is taken stops the agent. */
export function natsServer(): Plugin {
  return definePlugin({
    name: "nats_server",
    section: "nats",
    optional: [httpToken],
    provides: [natsServerToken],
    config: natsServerFields,
    async init({ name, config, log, clock, random, metrics, find, provide }) {
      const families = productFamilies;
      const options = await serverOptions(config);
      const server = new NatsServer({ ...options, families, log, clock, random });
      metrics.add(...serverMetrics(server));
      provide(natsServerToken, server);
      const rest = find(httpToken);
      for (const route of monitoringRoutes(server.monitor)) rest?.route(name, route);
      return server;
    },
    async afterInit(server, { config, status }) {
      if (config.embedded) await server.listen();
      else status.disabled("nats.embedded is false");
    },
    async close(server, { signal }) {
      await server.drain(signal);
    },
  });
}
