/**
 * The server as a plugin.
 *
 * `init` provides the server before its port is open: whoever subscribes in its own `init` misses no
 * message. The port opens in `afterInit`, and when the agent stops the server drains.
 *
 * @module
 */
import {
  definePlugin,
  describeError,
  type Plugin,
  type PluginContext,
  type Token,
  token,
} from "../../core/mod.ts";
import { type NatsServerConfig, natsServerFields, serverOptions } from "./config.ts";
import { CredentialFiles } from "./credential_files.ts";
import { httpToken } from "../http/mod.ts";
import { natsToken } from "../nats/mod.ts";
import { monitoringRoutes } from "./monitoring/monitoring_routes.ts";
import { serverMetrics } from "./monitoring/metrics.ts";
import { NatsServer } from "./server.ts";

/** Key under which the {@linkcode NatsServer} is provided. */
export const natsServerToken: Token<NatsServer> = token("nats_server", {
  providedBy: "natsServer()",
});

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
      const credentials = new CredentialFiles(config);
      const options = { ...serverOptions(config), ...await credentials.read() };
      const server = new NatsServer({ ...options, families, log, clock, random });
      metrics.add(...serverMetrics(server));
      provide(natsServerToken, server);
      const rest = find(httpToken);
      for (const route of monitoringRoutes(server.monitor)) rest?.route(name, route);
      return { server, credentials, hasOutside: find(natsToken)?.configured ?? false };
    },
    async afterInit({ server, credentials, hasOutside }, context) {
      const { config, status, tasks } = context;
      if (!config.embedded) return status.disabled("nats.embedded is false");
      if (hasOutside) return status.disabled("nats.url names an outside server");
      await server.listen();
      if (credentials.paths.length === 0) return;
      tasks.run("credentials", (signal) => followFiles(server, credentials, context, signal));
    },
    async close({ server }, { signal }) {
      await server.drain(signal);
    },
  });
}

/** Puts changed files in force until the signal aborts; while they are not usable the old ones stay. */
async function followFiles(
  server: NatsServer,
  credentials: CredentialFiles,
  { config, clock, log, status }: PluginContext<NatsServerConfig>,
  signal: AbortSignal,
): Promise<void> {
  for await (const _ of clock.every(config.reloadIntervalMs, { signal })) {
    if (!await credentials.haveChanged()) continue;
    try {
      await server.reload(await credentials.read());
      log.info("Users and certificates reloaded", { files: credentials.paths });
      status.ok();
    } catch (error) {
      const reason = `${describeError(error)}; the earlier users and certificates stay in force`;
      log.error(reason);
      status.error(reason);
    }
  }
}
