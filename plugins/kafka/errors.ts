/**
 * Errors of this plugin, and the error numbers of Kafka with what they mean for a producer.
 *
 * @module
 */
import {
  AgentError,
  defineErrors,
  describeError,
  type ErrorCatalogue,
  type ErrorEntry,
} from "../../core/errors/mod.ts";

/** The error codes of this plugin. */
export const kafkaErrors: ErrorCatalogue<
  "kafka_unreachable" | "kafka_denied" | "kafka_failed" | "kafka_block_malformed"
> = defineErrors({
  kafka_unreachable: {
    retryable: true,
    status: 503,
    meaning: "No Kafka broker answers, or one did not answer in time.",
    remedy: "Check `kafka.brokers`, the network, and whether the brokers run.",
  },
  kafka_denied: {
    retryable: true,
    status: 502,
    meaning: "A Kafka broker refused the login, the TLS handshake or the operation.",
    remedy: "Check the user, the password, the certificates and the access rights of the user.",
  },
  kafka_failed: {
    retryable: true,
    status: 502,
    meaning: "Kafka answered with an error that the message names.",
    remedy: "Read the message; the error's name is that of Kafka's documentation.",
  },
  kafka_block_malformed: {
    retryable: false,
    meaning: "A block of records for Kafka is not framed as its format says.",
    remedy: "Report it: the program wrote the block, or the spool was changed from outside.",
  },
});

/** Error number of a partition that has no leader now. */
export const leaderNotAvailable = 5;

/** What an error number of a produce answer means. */
export type ProduceVerdict =
  /** The records are in the log. */
  | "written"
  /** The batch, or a record in it, is too large. */
  | "too_large"
  /** A record in the batch can never be accepted. */
  | "invalid"
  /** The identity of the producer is no longer valid; a new one is needed. */
  | "new_producer"
  /** Another attempt with fresh metadata may succeed. */
  | "retry";

interface ProtocolError {
  readonly name: string;
  readonly verdict: ProduceVerdict;
}

const retry = "retry";
const protocolErrors: ReadonlyMap<number, ProtocolError> = new Map(
  ([
    [-1, "unknown_server_error", retry],
    [0, "none", "written"],
    [2, "corrupt_message", retry],
    [3, "unknown_topic_or_partition", retry],
    [5, "leader_not_available", retry],
    [6, "not_leader_or_follower", retry],
    [7, "request_timed_out", retry],
    [8, "broker_not_available", retry],
    [9, "replica_not_available", retry],
    [10, "message_too_large", "too_large"],
    [13, "network_exception", retry],
    [14, "coordinator_load_in_progress", retry],
    [15, "coordinator_not_available", retry],
    [16, "not_coordinator", retry],
    [17, "invalid_topic_exception", retry],
    [18, "record_list_too_large", "too_large"],
    [19, "not_enough_replicas", retry],
    [20, "not_enough_replicas_after_append", retry],
    [22, "illegal_generation", retry],
    [25, "unknown_member_id", retry],
    [27, "rebalance_in_progress", retry],
    [29, "topic_authorization_failed", retry],
    [30, "group_authorization_failed", retry],
    [31, "cluster_authorization_failed", retry],
    [32, "invalid_timestamp", "invalid"],
    [33, "unsupported_sasl_mechanism", retry],
    [35, "unsupported_version", retry],
    [36, "topic_already_exists", retry],
    [37, "invalid_partitions", retry],
    [38, "invalid_replication_factor", retry],
    [41, "not_controller", retry],
    [44, "policy_violation", retry],
    [45, "out_of_order_sequence_number", "new_producer"],
    // The broker has the batch already: an earlier attempt arrived, only its answer was lost.
    [46, "duplicate_sequence_number", "written"],
    [47, "invalid_producer_epoch", "new_producer"],
    [49, "invalid_producer_id_mapping", "new_producer"],
    [56, "kafka_storage_error", retry],
    [58, "sasl_authentication_failed", retry],
    [59, "unknown_producer_id", "new_producer"],
    [74, "fenced_leader_epoch", retry],
    [75, "unknown_leader_epoch", retry],
    [76, "unsupported_compression_type", retry],
    [87, "invalid_record", "invalid"],
    [89, "throttling_quota_exceeded", retry],
    [90, "producer_fenced", "new_producer"],
  ] as const).map(([code, name, verdict]) => [code, { name, verdict }]),
);

/** The name of an error number, in lower case; it is a metric label, so unknown numbers share one name. */
export function protocolErrorName(code: number): string {
  return protocolErrors.get(code)?.name ?? "unlisted_error";
}

/** What an error number of a produce answer means for the records. */
export function produceVerdict(code: number): ProduceVerdict {
  return protocolErrors.get(code)?.verdict ?? "retry";
}

/** What went wrong below the protocol, as far as a library's error tells. */
export type FailureKind = "unreachable" | "denied" | "failed";

/** An error of this plugin for an error of a library. */
export function kafkaError(
  action: string,
  brokers: string,
  kind: FailureKind,
  cause: unknown,
): AgentError {
  if (cause instanceof AgentError) return cause;
  const detail = rootText(cause);
  const [entry, reason]: [ErrorEntry, string] = kind === "denied"
    ? [
      kafkaErrors.kafka_denied,
      `Kafka at ${brokers} denied access (${detail}); check kafka.user, kafka.password, the certificates and ` +
      "the access rights",
    ]
    : kind === "unreachable"
    ? [
      kafkaErrors.kafka_unreachable,
      `Kafka at ${brokers} does not answer (${detail}); check kafka.brokers and whether it is running`,
    ]
    : [kafkaErrors.kafka_failed, `Kafka at ${brokers}: ${detail}`];
  return new AgentError(entry, `Cannot ${action}: ${reason}`, { cause });
}

/** An error of this plugin for an error number of Kafka. */
export function protocolFailure(action: string, code: number): AgentError {
  const name = protocolErrorName(code);
  const isDenied = /authorization|authentication/.test(name);
  const [entry, remedy] = isDenied
    ? [kafkaErrors.kafka_denied, "; grant the user of this agent access"]
    : [kafkaErrors.kafka_failed, ""];
  return new AgentError(
    entry,
    `Cannot ${action}: Kafka answered ${name} (error ${code})${remedy}`,
  );
}

/** All errors inside an error, its causes and the errors that it aggregates; at most 50. */
export function* innerErrors(error: unknown): Generator<unknown> {
  const open = [error];
  for (let count = 0; count < 50; count++) {
    const next = open.shift();
    if (next === undefined || next === null) return;
    yield next;
    if (next instanceof AggregateError) open.push(...next.errors);
    if (next instanceof Error && next.cause !== undefined) open.push(next.cause);
  }
}

/** The texts of an error and of the errors inside it, each once. */
function rootText(error: unknown): string {
  const texts = new Set<string>();
  for (const inner of innerErrors(error)) {
    const text = inner instanceof Error ? inner.message || inner.name : describeError(inner);
    texts.add(text);
    if (texts.size >= 4) break;
  }
  return [...texts].join(": ");
}
