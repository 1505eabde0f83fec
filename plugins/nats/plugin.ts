/**
 * The plugin: one connection to the external server named by `nats.url`, made in the background.
 *
 * @module
 */
import {
  AgentError,
  counter,
  definePlugin,
  gauge,
  type Plugin,
  retry,
  type Token,
  token,
} from "../../core/mod.ts";
import type { NatsClient } from "./client.ts";
import { natsFields } from "./config.ts";
import {
  checkServers,
  connectNats,
  type ConnectNatsOptions,
  withoutCredentials,
} from "./connect.ts";

/** API of the plugin. */
export interface NatsApi {
  /** Whether `nats.url` is set. */
  readonly configured: boolean;
  /**
   * The connection.
   *
   * @throws {AgentError} `unavailable` when `nats.url` is not set or the plugin has not connected yet.
   */
  readonly client: NatsClient;
  /**
   * Calls `callback` when the plugin has connected, immediately if it already has; never when `nats.url` is not set.
   */
  onReady(callback: (client: NatsClient) => void): void;
  /** Handles the received messages, flushes and closes; does nothing when it never connected. Idempotent. */
  drain(): Promise<void>;
}

/** Key of {@linkcode NatsApi}. */
export const natsToken: Token<NatsApi> = token("nats", { providedBy: "nats()" });

/** Options of {@linkcode nats}. */
export interface NatsPluginOptions {
  /** Client name, shown in the server's monitoring. Default: none. */
  name?: string;
}

/** Connects to the server of `nats.url`; without that key the plugin is disabled. */
export function nats({ name: clientName }: NatsPluginOptions = {}): Plugin {
  return definePlugin({
    name: "nats",
    section: "nats",
    provides: [natsToken],
    config: natsFields,
    checkConfig({ url = "" }) {
      if (url.trim() === "") return [];
      try {
        checkServers(url);
        return [];
      } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        return [{ key: "url", message: error.message }];
      }
    },
    init({ config, status, provide, metrics, tasks, clock, random, log }) {
      const { url } = config;
      const state = new Connection(url);
      provide(natsToken, state);
      if (url === undefined || url === "") {
        status.disabled("nats.url is not set");
        return state;
      }
      metrics.add(
        gauge(
          "nats_client_connected",
          "1 while the external NATS server is connected, otherwise 0.",
          () => state.isConnected ? 1 : 0,
        ),
        counter(
          "nats_client_reconnects_total",
          "Reconnections to the external NATS server.",
          () => state.reconnects,
        ),
      );
      status.init(`connecting to ${withoutCredentials(url)}`);
      const options: ConnectNatsOptions = {
        name: clientName,
        user: config.urlUser,
        password: config.urlPassword?.reveal(),
        token: config.urlToken?.reveal(),
        caFile: config.urlCaFile,
        onState(connection, reason) {
          if (connection === "disconnected") status.error(reason);
          else if (connection === "connected") status.ok(reason);
        },
      };
      tasks.run("connect", async (signal) => {
        const client = await retry(() => connectNats(url, options), {
          action: `connect to ${withoutCredentials(url)}`,
          clock,
          random,
          signal,
          isRetryable: () => true,
          onRetry(error, _attempt, delayMs) {
            status.error(String(error instanceof Error ? error.message : error));
            log.warn("External NATS server does not answer; retrying", {
              error,
              retryInMs: Math.round(delayMs),
            });
          },
        });
        if (signal.aborted) return await client.close();
        status.ok(`connected to ${client.server}`);
        state.setClient(client);
      });
      return state;
    },
    close: (state) => state.drain(),
  });
}

class Connection implements NatsApi {
  readonly configured: boolean;
  readonly #waiting: ((client: NatsClient) => void)[] = [];
  #client: NatsClient | undefined;

  constructor(url: string | undefined) {
    this.configured = url !== undefined && url !== "";
  }

  get client(): NatsClient {
    if (this.#client) return this.#client;
    throw new AgentError(
      "unavailable",
      this.configured
        ? "Cannot use the external NATS server: it has not answered yet; check nats.url and that it runs"
        : "Cannot use the external NATS server: nats.url is not set",
    );
  }

  get isConnected(): boolean {
    return this.#client?.state === "connected";
  }

  get reconnects(): number {
    return this.#client?.reconnects ?? 0;
  }

  onReady(callback: (client: NatsClient) => void): void {
    if (this.#client) callback(this.#client);
    else this.#waiting.push(callback);
  }

  setClient(client: NatsClient): void {
    this.#client = client;
    for (const callback of this.#waiting.splice(0)) callback(client);
  }

  async drain(): Promise<void> {
    await this.#client?.drain();
  }
}
