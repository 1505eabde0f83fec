/**
 * The Kafka client as a plugin.
 *
 * @module
 */
import { type Clock, deadline } from "../../core/async/mod.ts";
import type { ConfigOf } from "../../core/config/mod.ts";
import { AgentError, describeError, hasCode } from "../../core/errors/mod.ts";
import {
  type ConfigIssue,
  definePlugin,
  type Plugin,
  type Token,
  token,
} from "../../core/plugin/mod.ts";
import type { StatusReporter } from "../../core/status/mod.ts";
import type { KafkaApi } from "./api.ts";
import { parseBroker } from "./brokers.ts";
import { kafkaConfig } from "./config.ts";
import type { KafkaClient } from "./kafka_client.ts";
import { readSecurity, securityIssues } from "./security.ts";

/** Token of {@linkcode KafkaApi}. */
export const kafkaToken: Token<KafkaApi> = token("kafka", { providedBy: "kafka()" });

/** Options of {@linkcode kafka}. */
export interface KafkaOptions {
  /** Client id when the configuration sets none. Default `agent`. */
  clientId?: string;
}

type KafkaConfig = ConfigOf<typeof kafkaConfig>;

/**
 * Provides producers and consumers for Kafka. It connects in the background, so that the start never waits for a broker, and loads
 * its library only when brokers are configured. Requires no other plugin.
 *
 * @example
 * ```ts
 * import { createAgent, definePlugin } from "../../core/mod.ts";
 * import { kafka, kafkaToken, valueBlock } from "./mod.ts";
 *
 * const greeter = definePlugin({
 *   name: "greeter",
 *   requires: [kafkaToken],
 *   async afterInit(_state, { get, log, signal }) {
 *     const api = get(kafkaToken);
 *     if (!api.isEnabled) return;
 *     const sender = api.sender("greetings", {
 *       onRejected: ({ reason }) => log.warn("Greeting refused", { reason }),
 *     });
 *     await sender.send(valueBlock([new TextEncoder().encode("hello")]), signal);
 *   },
 *   init() {},
 * });
 * await using agent = createAgent({ plugins: [kafka(), greeter] });
 * await agent.start();
 * ```
 */
export function kafka({ clientId = "agent" }: KafkaOptions = {}): Plugin {
  return definePlugin({
    name: "kafka",
    provides: [kafkaToken],
    config: kafkaConfig,
    checkConfig: (config) => [...securityIssues(config), ...compressionIssues(config)],
    async init({ config, clock, log, metrics, provide, status, tasks }) {
      const { brokers = [] } = config;
      if (brokers.length === 0) {
        const reason = 'no broker is configured; set "kafka.brokers"';
        provide(kafkaToken, unavailable(reason));
        status.disabled(reason);
        return undefined;
      }
      const { KafkaClient } = await import("./kafka_client.ts");
      const client = new KafkaClient({
        ...clientOptions(config, clientId),
        clock,
        onIdempotenceRefused: (topic, reason) =>
          log.warn("Records may be stored twice after a lost answer: no producer id granted", {
            topic,
            reason,
            remedy:
              "grant the user IdempotentWrite on the cluster, or set kafka.idempotent to false",
          }),
      });
      metrics.add(...client.stats.families);
      provide(kafkaToken, client);
      status.init(`connecting to ${brokers.join(", ")}`);
      tasks.run(
        "probe",
        (signal) => probe(client, config.probeIntervalMs, { clock, signal, status }),
      );
      return client;
    },
    close: (client) => client?.close(),
  });
}

function compressionIssues({ driver, compression }: KafkaConfig): ConfigIssue[] {
  if (driver !== "kafkajs" || compression === "none" || compression === "gzip") return [];
  return [{
    key: "compression",
    message:
      `driver kafkajs has no ${compression}; set it to gzip or none, or driver to platformatic`,
  }];
}

/** Asks the cluster at once and then at each interval, and reports the outcome as status. */
async function probe(
  client: KafkaClient,
  intervalMs: number,
  { clock, signal, status }: { clock: Clock; signal: AbortSignal; status: StatusReporter },
): Promise<void> {
  // The library's own time limits end a request; this one only bounds all its attempts together.
  const limitMs = 60_000;
  while (!signal.aborted) {
    try {
      await deadline(() => client.ping(), limitMs, { action: "reach Kafka", clock, signal });
      status.ok();
    } catch (error) {
      if (signal.aborted || hasCode(error, "closed")) return;
      // Records wait in their routes, so the agent stays ready.
      status.degraded(describeError(error));
    }
    await clock.sleep(intervalMs, { signal });
  }
}

function clientOptions(config: KafkaConfig, clientId: string) {
  return {
    driver: config.driver,
    brokers: (config.brokers ?? []).map(parseBroker),
    clientId: config.clientId ?? clientId,
    compression: config.compression,
    isIdempotent: config.idempotent,
    createTopics: config.createTopics,
    maxBatchBytes: config.maxBatchBytes,
    dialTimeoutMs: config.dialTimeoutMs,
    requestTimeoutMs: config.requestTimeoutMs,
    metadataMaxAgeMs: config.metadataMaxAgeMs,
    security: () => readSecurity(config),
  };
}

function unavailable(reason: string): KafkaApi {
  const refuse = (): never => {
    throw new AgentError("unavailable", `Cannot use Kafka: ${reason}`);
  };
  return { isEnabled: false, sender: refuse, consume: refuse };
}
