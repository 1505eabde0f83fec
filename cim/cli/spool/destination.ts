/**
 * Where a spool replay sends records: a TCP collector or a Kafka topic, with the connection that the agent would use.
 *
 * @module
 */
import {
  AgentError,
  createAgent,
  type Delivery,
  formatHostPort,
  type HostPort,
  LogRegistry,
  parseHostPort,
  readTextIfPresent,
  systemClock,
} from "../../../core/mod.ts";
import { kafka, kafkaToken, keyedBlock } from "../../../plugins/kafka/mod.ts";
import { readCommonInfra } from "../../common_infra/mod.ts";
import { TcpSender } from "../../logs/tcp/mod.ts";
import { cliErrors } from "../errors.ts";
import { UsageError } from "../exit_code.ts";
import { onlySection } from "../only_section.ts";
import type { ProductConfiguration } from "../read_configuration.ts";
import type { ReplayRecord } from "./replay_records.ts";

/** A destination as the command line names it. */
export type DestinationName =
  | { readonly kind: "tcp"; readonly target: HostPort }
  | { readonly kind: "kafka"; readonly topic: string };

/** An open destination. */
export interface ReplayDestination extends AsyncDisposable {
  /** Its name in messages. */
  readonly name: string;
  /** Prepares records to be sent; the result may be sent again. */
  prepare(records: readonly ReplayRecord[]): (signal: AbortSignal) => Promise<Delivery>;
  /** Records that it refused for good, by reason. */
  readonly refused: ReadonlyMap<string, number>;
  /** Ends in order; returns false when it cannot be known that the last records have arrived. */
  end(signal: AbortSignal): Promise<boolean>;
}

/** Topics of the queues that are sent to Kafka. */
const topics: ReadonlyMap<string, string> = new Map([["logs_kafka", "LOGS"], ["events", "EVENT"]]);

/** Reads `tcp:HOST:PORT` or `kafka:TOPIC`. @throws {UsageError} When it is neither. */
export function parseDestination(text: string): DestinationName {
  const [, kind, rest = ""] = /^(tcp|kafka):(.+)$/.exec(text) ?? [];
  if (kind === "kafka" && /^[\w.-]{1,249}$/.test(rest)) return { kind, topic: rest };
  const target = kind === "tcp" ? parseHostPort(rest) : undefined;
  if (target) return { kind: "tcp", target };
  throw new UsageError(`Cannot use --to ${text}: must be tcp:HOST:PORT or kafka:TOPIC`);
}

/**
 * The destination that the agent has for a queue.
 *
 * @throws {AgentError} `spool_replay_without_destination` when there is none.
 */
export function destinationOf(queue: string, { values }: ProductConfiguration): DestinationName {
  const topic = topics.get(queue);
  if (topic !== undefined) return { kind: "kafka", topic };
  const conf = `${values("paths").conf}`;
  const target = queue === "logs_tcp"
    ? parseHostPort(readCommonInfra(conf, readTextIfPresent).infra.loggingSvcUrl ?? "")
    : undefined;
  if (target) return { kind: "tcp", target };
  throw new AgentError(
    cliErrors.spool_replay_without_destination,
    `Cannot replay queue "${queue}": the configuration has no destination for it; name one with ` +
      "--to tcp:HOST:PORT or --to kafka:TOPIC",
  );
}

/** Opens a destination; the connection is made with the first records. */
export async function openDestination(
  name: DestinationName,
  configuration: ProductConfiguration,
): Promise<ReplayDestination> {
  return name.kind === "tcp"
    ? openTcp(name.target, configuration)
    : await openKafka(name.topic, configuration);
}

const lineFeed = 0x0a;

function openTcp(target: HostPort, { values }: ProductConfiguration): ReplayDestination {
  const { tcpTls, tcpCaFile: caFile, tcpConnectTimeoutMs, tcpStallMs } = values("logs") as {
    tcpTls: boolean;
    tcpCaFile?: string;
    tcpConnectTimeoutMs: number;
    tcpStallMs: number;
  };
  const sender = new TcpSender({
    target: () => target,
    tls: tcpTls ? { caFile } : undefined,
    connectTimeoutMs: tcpConnectTimeoutMs,
    stallMs: tcpStallMs,
    clock: systemClock,
  });
  return {
    name: `the collector at ${formatHostPort(target)}`,
    refused: new Map(),
    prepare(records) {
      const block = { data: linesOf(records) };
      return (signal) => sender.send(block, signal);
    },
    end: (signal) => sender.end(signal),
    async [Symbol.asyncDispose]() {
      await sender.end(AbortSignal.abort());
    },
  };
}

async function openKafka(
  topic: string,
  { sources }: ProductConfiguration,
): Promise<ReplayDestination> {
  // What it would log is in the outcome of each attempt.
  const logs = new LogRegistry({ sinks: [] });
  const plugins = [kafka({ clientId: "cim-spool-replay" })];
  const agent = createAgent({ plugins, sources: onlySection(sources, "kafka"), logs });
  await agent.start();
  const client = agent.get(kafkaToken);
  if (!client.isEnabled) {
    await agent.stop();
    throw new AgentError(
      cliErrors.spool_replay_without_destination,
      `Cannot send to the Kafka topic ${topic}: no broker is configured; set kafka.brokers`,
    );
  }
  const refused = new Map<string, number>();
  const sender = client.sender(topic, {
    format: "keyed",
    onRejected: ({ reason }) => void refused.set(reason, (refused.get(reason) ?? 0) + 1),
  });
  return {
    name: `the Kafka topic ${topic}`,
    refused,
    prepare(records) {
      const block = keyedBlock(records);
      return (signal) => sender.send(block, signal);
    },
    // Kafka has acknowledged each record.
    end: () => Promise.resolve(true),
    [Symbol.asyncDispose]: () => agent.stop(),
  };
}

/** The values, each with a line feed. */
function linesOf(records: readonly ReplayRecord[]): Uint8Array {
  const data = new Uint8Array(records.reduce((sum, { value }) => sum + value.length + 1, 0));
  let at = 0;
  for (const { value } of records) {
    data.set(value, at);
    at += value.length;
    data[at++] = lineFeed;
  }
  return data;
}
