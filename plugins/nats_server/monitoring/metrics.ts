/**
 * The server's counters as metric families. Label sets are bounded: reasons and kinds are closed sets,
 * subject families are at most `limits.maxFamilies` and `other`.
 *
 * @module
 */
import { counter, gauge, type MetricFamily } from "../../../core/mod.ts";
import type { SubjectFamily } from "./families.ts";
import type { NatsServer } from "../server.ts";
import type { NatsServerStats } from "../stats.ts";

/** Numbers of the statistics that are metrics by themselves. */
type PlainStat = {
  [Key in keyof NatsServerStats]: NatsServerStats[Key] extends number ? Key : never;
}[keyof NatsServerStats];

const gauges: readonly (readonly [name: string, stat: PlainStat, help: string])[] = [
  ["nats_server_open_connections", "connections", "Connections open now."],
  ["nats_server_subscriptions", "subscriptions", "Subscriptions held now."],
];

const counters: readonly (readonly [name: string, stat: PlainStat, help: string])[] = [
  ["nats_server_connections_total", "totalConnections", "Connections accepted."],
  ["nats_server_in_messages_total", "inMessages", "Messages taken from clients and this process."],
  ["nats_server_in_bytes_total", "inBytes", "Payload bytes taken, headers included."],
  ["nats_server_out_messages_total", "outMessages", "Messages handed to clients."],
  ["nats_server_out_bytes_total", "outBytes", "Payload bytes handed to clients, headers included."],
  ["nats_server_local_messages_total", "localMessages", "Messages handed to this process."],
  ["nats_server_slow_consumers_total", "slowConsumers", "Clients cut off for not reading."],
  ["nats_server_discarded_bytes_total", "discardedBytes", "Bytes pending for clients that closed."],
  ["nats_server_stalls_total", "stalls", "Waits of a publisher for a slow client."],
  [
    "nats_server_holds_total",
    "holds",
    "Waits of a publisher for a full subscriber of this process.",
  ],
  ["nats_server_handler_errors_total", "handlerErrors", "Handlers of this process that threw."],
  ["nats_server_accept_errors_total", "acceptErrors", "Connections that could not be accepted."],
];

const perFamily: readonly (readonly [
  name: string,
  stat: Exclude<keyof SubjectFamily, "name">,
  help: string,
])[] = [
  ["nats_server_subject_messages_total", "messages", "Messages published, by subject family."],
  ["nats_server_subject_bytes_total", "bytes", "Payload bytes published, by subject family."],
  ["nats_server_subject_unrouted_total", "unrouted", "Messages that nobody was subscribed to."],
  ["nats_server_subject_failed_total", "failed", "Messages whose handler in this process threw."],
  ["nats_server_subject_dropped_total", "dropped", "Messages lost to a client being cut off."],
];

/** Families over the counters of one server. */
export function serverMetrics(server: NatsServer): MetricFamily[] {
  return [
    ...gauges.map(([name, stat, help]) => gauge(name, help, () => server.stats[stat])),
    ...counters.map(([name, stat, help]) => counter(name, help, () => server.stats[stat])),
    ...perFamily.map(([name, stat, help]): MetricFamily => ({
      type: "counter",
      name,
      help,
      collect: () => samples(server, stat),
    })),
    {
      type: "counter",
      name: "nats_server_closed_total",
      help: "Connections ended, by reason.",
      collect: () => labelled("reason", server.stats.closed),
    },
    {
      type: "counter",
      name: "nats_server_violations_total",
      help: "Violations answered with -ERR on a connection that stayed open, by kind.",
      collect: () => labelled("kind", server.stats.violations),
    },
  ];
}

function* samples(server: NatsServer, stat: Exclude<keyof SubjectFamily, "name">) {
  for (const family of server.families()) {
    yield { labels: { family: family.name }, value: family[stat] };
  }
}

function labelled(label: string, values: Readonly<Record<string, number>>) {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
