/**
 * The server as a plugin.
 *
 * `init` provides the server before its port is open, so plugins that subscribe in their `init` miss no message.
 * The port opens in `afterInit`; `close` drains the server.
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
import { checkConfig } from "./check_config.ts";
import { type NatsServerConfig, natsServerFields, serverOptions } from "./config.ts";
import { CredentialFiles } from "./credential_files.ts";
import { descriptorLimit, httpToken } from "../http/mod.ts";
import { natsToken } from "../nats/mod.ts";
import { monitoringRoutes, serverMetrics } from "./monitoring/mod.ts";
import { defaultLimits } from "./options.ts";
import { NatsServer } from "./server.ts";

/** Key under which the {@linkcode NatsServer} is provided. */
export const natsServerToken: Token<NatsServer> = token("nats_server", {
  providedBy: "natsServer()",
});

/** Options of {@linkcode natsServer}. */
export interface NatsServerPluginOptions {
  /** Server name in INFO. Default: the server id. */
  name?: string;
  /** Subject families whose counters exist from the start. Default: none. */
  families?: readonly string[];
}

/**
 * The embedded NATS server. It requires no other plugin. The start fails when its port is in use. It opens no port
 * when `nats.embedded` is false or `nats.url` names an external server: with two servers, clients of one would not
 * see the messages of the other.
 */
export function natsServer(
  { name: serverName, families }: NatsServerPluginOptions = {},
): Plugin {
  return definePlugin({
    name: "nats_server",
    section: "nats",
    optional: [httpToken, natsToken],
    provides: [natsServerToken],
    config: natsServerFields,
    checkConfig,
    async init({ name, config, log, clock, random, metrics, find, provide }) {
      const credentials = new CredentialFiles(config);
      const maxConnections = connectionLimit(config.maxConnections, descriptorLimit());
      if (maxConnections < config.maxConnections) {
        const isDefault = config.maxConnections === defaultLimits.maxConnections;
        log[isDefault ? "info" : "warn"](
          "Fewer connections than configured, for lack of file descriptors",
          { configured: config.maxConnections, maxConnections },
        );
      }
      const base = serverOptions({ ...config, maxConnections });
      const options = { ...base, ...await credentials.read() };
      const server = new NatsServer({ ...options, name: serverName, families, log, clock, random });
      metrics.add(...serverMetrics(server));
      provide(natsServerToken, server);
      const rest = find(httpToken);
      for (const route of monitoringRoutes(server.monitor)) rest?.route(name, route);
      return { server, credentials, hasExternal: find(natsToken)?.configured ?? false };
    },
    async afterInit({ server, credentials, hasExternal }, context) {
      const { config, status, tasks } = context;
      if (!config.embedded) return status.disabled("nats.embedded is false");
      if (hasExternal) return status.disabled("nats.url names an external server");
      await server.listen();
      if (credentials.paths.length === 0) return;
      tasks.run("credentials", (signal) => followFiles(server, credentials, context, signal));
    },
    async close({ server }, { signal }) {
      await server.drain(signal);
    },
  });
}

/** Reloads changed files until the signal aborts. While the new ones are unusable, the previous ones stay active. */
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
      const reason = `${describeError(error)}; the previous users and certificates stay active`;
      log.error("Cannot reload users and certificates; the previous ones stay active", { error });
      status.error(reason);
    }
  }
}

/**
 * How many clients may be connected: at most a third of the process's descriptors, because each client uses one and the
 * rest of the agent needs descriptors too.
 */
export function connectionLimit(configured: number, descriptors: number | undefined): number {
  if (descriptors === undefined) return configured;
  return Math.max(1, Math.min(configured, Math.floor(descriptors / 3)));
}
