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
import { natsToken } from "../nats/mod.ts";
import { monitoringRoutes } from "./monitoring_routes.ts";
import { serverMetrics } from "./metrics.ts";
import { NatsServer } from "./server.ts";

/** Key under which the {@linkcode NatsServer} is provided. */
export const natsServerToken: Token<NatsServer> = token("nats_server");

/** Subject families of the product; they have counters of their own from the start. */
const productFamilies = ["LOG", "EVENT", "CONFIG", "TEST", "EVENT-NOTIFICATION"];

/**
 * The embedded NATS server. Requires nothing; a port that is taken stops the agent. It opens no port when
 * `nats.embedded` is false or `nats.url` names an outside server: two servers with the same subjects would
 * only hide messages from those who look at the other one.
 */
export function natsServer(): Plugin {
  return definePlugin({
    name: "nats_server",
    section: "nats",
    optional: [httpToken, natsToken],
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
      return { server, hasOutside: find(natsToken)?.configured ?? false };
    },
    async afterInit({ server, hasOutside }, { config, status }) {
      if (!config.embedded) status.disabled("nats.embedded is false");
      else if (hasOutside) status.disabled("nats.url names an outside server");
      else await server.listen();
    },
    async close({ server }, { signal }) {
      await server.drain(signal);
    },
  });
}
