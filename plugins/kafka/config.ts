/**
 * The configuration section `kafka`.
 *
 * @module
 */
import {
  choice,
  duration,
  type Field,
  flag,
  list,
  type LoginFields,
  loginFields,
  size,
  text,
  type TlsFields,
  tlsFields,
} from "../../core/config/mod.ts";
import type { Compression } from "./driver.ts";
import { brokerProblem } from "./brokers.ts";

/** Libraries that can be chosen. */
export type KafkaDriverName = "platformatic" | "kafkajs";

/** How to log in. */
export type KafkaLogin = "none" | "plain" | "scram-sha-256" | "scram-sha-512";

/** Fields of the section `kafka`. Without `brokers` the plugin is disabled. */
export const kafkaConfig:
  & {
    readonly brokers: Field<readonly string[] | undefined>;
    readonly driver: Field<KafkaDriverName>;
    readonly clientId: Field<string | undefined>;
    readonly compression: Field<Compression>;
    readonly idempotent: Field<boolean>;
    readonly createTopics: Field<boolean>;
    readonly maxBatchBytes: Field<number>;
    readonly dialTimeoutMs: Field<number>;
    readonly requestTimeoutMs: Field<number>;
    readonly metadataMaxAgeMs: Field<number>;
    readonly probeIntervalMs: Field<number>;
    readonly login: Field<KafkaLogin>;
    readonly passwordFile: Field<string | undefined>;
    readonly tls: Field<boolean>;
  }
  & LoginFields
  & TlsFields = {
    brokers: list({
      doc:
        "Brokers of Kafka, each as `host:port`; the others are found through them. Without any, Kafka is not used.",
      checkItem: brokerProblem,
      aliases: ["KAFKA_BROKERS"],
    }),
    driver: choice(["platformatic", "kafkajs"], {
      doc:
        "Library that makes the connections: `platformatic` is faster and has every compression, `kafkajs` is older and " +
        "has gzip only.",
      default: "platformatic",
    }),
    clientId: text({
      doc: "Name that the brokers log and limit by. Default: the name of the program.",
    }),
    compression: choice(["none", "gzip", "snappy", "lz4", "zstd"], {
      doc: "Compression of what is written.",
      default: "none",
    }),
    idempotent: flag({
      doc:
        "Whether the brokers recognise a batch that is sent again because its answer was lost, so that it is not stored " +
        "twice. It is given up with a warning when the user has no right to it.",
      default: true,
    }),
    createTopics: flag({
      doc:
        "Whether a topic that does not exist is created, with the brokers' defaults. Otherwise records wait until it " +
        "exists.",
      default: false,
    }),
    maxBatchBytes: size({
      doc:
        "Maximum size of a record batch before compression; a larger record is sent alone. A broker accepts 1 MiB unless " +
        "its `message.max.bytes` says otherwise.",
      default: 1_000_000,
      min: "1KiB",
      max: "64MiB",
    }),
    dialTimeoutMs: duration({
      doc: "Time limit for connecting to one broker, including TLS and login.",
      default: 3_000,
      min: 100,
      max: 60_000,
    }),
    requestTimeoutMs: duration({
      doc: "Time limit for one request; then the connection is closed and opened again.",
      default: 10_000,
      min: 200,
      max: 300_000,
    }),
    metadataMaxAgeMs: duration({
      doc: "How often the partitions of a topic are read again, to find new ones.",
      default: "5m",
      min: "1s",
    }),
    probeIntervalMs: duration({
      doc: "Interval at which the cluster is asked whether it answers.",
      default: 5_000,
      min: 100,
      max: 600_000,
    }),
    login: choice(["none", "plain", "scram-sha-256", "scram-sha-512"], {
      doc: "SASL mechanism of the login. `plain` sends the password readable, so use it with TLS.",
      default: "none",
    }),
    ...loginFields(),
    passwordFile: text({
      doc:
        "File with the password, read before each connection, so that a replaced one takes effect.",
    }),
    tls: flag({ doc: "Whether the connections use TLS.", default: false }),
    ...tlsFields({
      caFile:
        "Default: those of the system. Like the next two files it is read before each connection.",
      tlsServerName: "Default: the host of each broker.",
    }),
  };
