/**
 * The server's counters as metric families. Labels are bounded: reasons and kinds are closed sets, and there are at
 * most `limits.maxFamilies` subject families plus `other`.
 *
 * @module
 */
import { counter, gauge, type MetricFamily } from "../../../core/mod.ts";
import type { SubjectFamily } from "../routing/mod.ts";
import type { NatsServerStats } from "../stats.ts";

/** What the metrics are read from. */
export interface MetricsSource {
  /** Current counters. */
  readonly stats: NatsServerStats;
  /** Current counters per subject family. */
  families(): Iterable<Readonly<SubjectFamily>>;
}

/** Statistics that are single numbers. */
type PlainStat = {
  [Key in keyof NatsServerStats]: NatsServerStats[Key] extends number ? Key : never;
}[keyof NatsServerStats];

const gauges: readonly (readonly [name: string, stat: PlainStat, help: string])[] = [
  ["nats_server_open_connections", "connections", "Open connections."],
  ["nats_server_subscriptions", "subscriptions", "Current subscriptions."],
  ["nats_server_pending_bytes", "pendingBytes", "Bytes pending for all clients together."],
  [
    "nats_server_pending_authentications",
    "pendingAuthentications",
    "Clients whose credentials are being checked in the background.",
  ],
];

const counters: readonly (readonly [name: string, stat: PlainStat, help: string])[] = [
  ["nats_server_connections_total", "totalConnections", "Connections accepted."],
  [
    "nats_server_in_messages_total",
    "inMessages",
    "Messages published by clients and by this process.",
  ],
  ["nats_server_in_bytes_total", "inBytes", "Payload bytes published, headers included."],
  ["nats_server_out_messages_total", "outMessages", "Messages delivered to clients."],
  [
    "nats_server_out_bytes_total",
    "outBytes",
    "Payload bytes delivered to clients, headers included.",
  ],
  [
    "nats_server_local_messages_total",
    "localMessages",
    "Messages delivered to handlers of this process.",
  ],
  [
    "nats_server_slow_consumers_total",
    "slowConsumers",
    "Clients disconnected because they read too slowly.",
  ],
  [
    "nats_server_discarded_bytes_total",
    "discardedBytes",
    "Bytes discarded because their client was closed.",
  ],
  ["nats_server_stalls_total", "stalls", "Times a publisher waited for a slow client."],
  [
    "nats_server_holds_total",
    "holds",
    "Times a publisher waited for a paused subscriber of this process.",
  ],
  [
    "nats_server_handler_errors_total",
    "handlerErrors",
    "Errors thrown by handlers of this process.",
  ],
  ["nats_server_accept_errors_total", "acceptErrors", "Connections that could not be accepted."],
];

const perFamily: readonly (readonly [
  name: string,
  stat: Exclude<keyof SubjectFamily, "name">,
  help: string,
])[] = [
  ["nats_server_subject_messages_total", "messages", "Messages published, by subject family."],
  ["nats_server_subject_bytes_total", "bytes", "Payload bytes published, by subject family."],
  [
    "nats_server_subject_unrouted_total",
    "unrouted",
    "Messages without a subscriber, by subject family.",
  ],
  [
    "nats_server_subject_failed_total",
    "failed",
    "Messages whose handler in this process threw, by subject family.",
  ],
  [
    "nats_server_subject_dropped_total",
    "dropped",
    "Messages lost because their client was disconnected, by subject family.",
  ],
];

/** Metric families of one server. */
export function serverMetrics(source: MetricsSource): MetricFamily[] {
  return [
    ...gauges.map(([name, stat, help]) => gauge(name, help, () => source.stats[stat])),
    ...counters.map(([name, stat, help]) => counter(name, help, () => source.stats[stat])),
    ...perFamily.map(([name, stat, help]): MetricFamily => ({
      type: "counter",
      name,
      help,
      collect: () => samples(source, stat),
    })),
    {
      type: "counter",
      name: "nats_server_closed_total",
      help: "Connections closed, by reason.",
      collect: () => labelled("reason", source.stats.closed),
    },
    {
      type: "counter",
      name: "nats_server_violations_total",
      help: "Violations answered with -ERR on a connection that stayed open, by kind.",
      collect: () => labelled("kind", source.stats.violations),
    },
  ];
}

function* samples(source: MetricsSource, stat: Exclude<keyof SubjectFamily, "name">) {
  for (const family of source.families()) {
    yield { labels: { family: family.name }, value: family[stat] };
  }
}

function labelled(label: string, values: Readonly<Record<string, number>>) {
  return Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }));
}
