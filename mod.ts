/**
 * The library: a platform of plugins with typed tokens, and connectors that are plugins themselves.
 *
 * A program is an agent made of plugins. {@linkcode definePlugin} defines one, {@linkcode runAgent} runs a list
 * of them as a whole program (arguments, configuration file, signals, exit code), and {@linkcode createAgent}
 * embeds an agent in a program that has all of that itself. Data lives in any {@linkcode KeyValueStore}.
 * Connectors: `etcd`, `kafka`, `kubernetes`, `localkv`, `http`, `health`, `prometheus`, `nats`, `natsServer`, `serviceLabelPlugin`; presets
 * combine them: `local`, `rpc`, `connectors`. The test kit is the export `./testing`.
 *
 * @example An agent of one plugin
 * ```ts
 * import { createAgent, definePlugin } from "./mod.ts";
 *
 * const hello = definePlugin({ name: "hello", init: ({ log }) => log.info("Hello") });
 * await using agent = createAgent({ plugins: [hello] });
 * await agent.start();
 * ```
 *
 * @example A whole program
 * ```ts ignore
 * import { http, prometheus, runAgent } from "./mod.ts";
 *
 * Deno.exit(await runAgent({ name: "my-agent", plugins: [http(), prometheus()] }));
 * ```
 *
 * @example Presets
 * ```ts
 * import { connectors, local, registry, rpc } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const plugins = registry(local(), rpc(), connectors());
 * assert(plugins.plugins.some(({ name }) => name === "etcd"));
 * ```
 *
 * @example Plugins one by one
 * ```ts
 * import { createAgent, health, http, natsServer, serviceLabelPlugin, sourcesFrom } from "./mod.ts";
 *
 * const sources = sourcesFrom({ sets: ["rest.port=0", "nats.port=0", "service_label.label=a"] });
 * await using agent = createAgent({
 *   plugins: [http(), health(), natsServer(), serviceLabelPlugin()],
 *   sources,
 * });
 * await agent.start();
 * ```
 *
 * @module
 */
export {
  Agent,
  type AgentApi,
  type AgentOptions,
  type AgentState,
  agentToken,
  type BootStep,
  type Configuration,
  createAgent,
  logsToken,
  metricsToken,
  type PluginSections,
  readConfiguration,
  runAgent,
  type RunAgentOptions,
  statusToken,
  type StopOptions,
} from "./core/agent/mod.ts";
export {
  aborted,
  type Backoff,
  backoff,
  type BackoffOptions,
  BoundedQueue,
  type BoundedQueueOptions,
  type Clock,
  deadline,
  type DeadlineOptions,
  type OverflowPolicy,
  retry,
  type RetryOptions,
  systemClock,
  type TaskFailure,
  TaskGroup,
  type WaitOptions,
} from "./core/async/mod.ts";
export {
  Book,
  bookFile,
  type BookOptions,
  Books,
  type BookSnapshot,
  type BooksSnapshot,
  type BookStore,
} from "./core/books/mod.ts";
export {
  type Bounds,
  type Checked,
  choice,
  ConfigError,
  type ConfigFile,
  type ConfigOf,
  type ConfigProblem,
  type ConfigSources,
  type DerivedDefault,
  type DescribedSection,
  describeJsonSchema,
  describeMarkdown,
  displayValue,
  duration,
  type Field,
  type FieldKind,
  type FieldOptions,
  type Fields,
  flag,
  integer,
  type ItemCheck,
  json,
  list,
  loadSources,
  type LoadSourcesOptions,
  type LoginFields,
  loginFields,
  type Measured,
  type MeasuredOptions,
  number,
  type Optional,
  problemText,
  readSection,
  type ReadSectionOptions,
  type Schema,
  Secret,
  secret,
  type SectionResult,
  size,
  sourcesFrom,
  type SourceValues,
  text,
  type TlsFieldNotes,
  type TlsFields,
  tlsFields,
  withDerivedDefaults,
} from "./core/config/mod.ts";
export {
  AgentError,
  type AgentErrorOptions,
  type CoreErrorCode,
  coreErrors,
  defineErrors,
  describeError,
  type ErrorCatalogue,
  errorCode,
  type ErrorEntry,
  type ErrorSpec,
  hasCode,
  isAbort,
} from "./core/errors/mod.ts";
export {
  attempt,
  type BatchOptions,
  type BreakerOptions,
  type BreakerState,
  createRoute,
  type CreateRouteOptions,
  delivered,
  type Delivery,
  deliveryOf,
  describeDelivery,
  type QueueOptions,
  type QueueStage,
  type RetryStageOptions,
  type Route,
  type Sender,
  settle,
  type TimeoutStageOptions,
  withBatch,
  withBreaker,
  withQueue,
  withRetry,
  withTimeout,
} from "./core/forward/mod.ts";
export {
  bytesCodec,
  type CallOptions,
  type Capabilities,
  type Change,
  type ChangeBatch,
  type Codec,
  type Condition,
  deleteBy,
  type DeleteOptions,
  type DeleteResult,
  type Entry,
  type HistoryRange,
  jsonCodec,
  type KeyValueStore,
  listAndWatch,
  type ListAndWatchOptions,
  type ListOptions,
  type ListRange,
  memoryStore,
  type MemoryStoreOptions,
  type Operation,
  prefixView,
  type PutOptions,
  type PutResult,
  RevisionStore,
  type RevisionStoreOptions,
  type RevisionTable,
  type StoredBatch,
  type StoredChange,
  type StoredEntry,
  storeErrors,
  swapBy,
  type SyncEvent,
  type SyncState,
  textCodec,
  type Transaction,
  type TransactionResult,
  type TypedChange,
  type TypedEntry,
  type TypedStore,
  typedStore,
  type TypedStoreOptions,
  unavailableStore,
  type WatchOptions,
} from "./core/keyvalue/mod.ts";
export {
  type ByteStream,
  consoleSink,
  formatJson,
  formatText,
  LineStream,
  type LineStreamHealth,
  type LineStreamOptions,
  type LineWriter,
  type LogEntry,
  type LogFields,
  type LogFormat,
  type Logger,
  type LogHandler,
  type LogLevel,
  logLevels,
  type LogRecord,
  LogRegistry,
  type LogRegistryOptions,
  type LogSink,
  redact,
  redactText,
} from "./core/log/mod.ts";
export {
  type Counter,
  counter,
  type FamilyBase,
  type Gauge,
  gauge,
  type Histogram,
  histogram,
  type HistogramFamily,
  type HistogramSample,
  type LabelArguments,
  type Labels,
  type MetricFamily,
  type MetricOptions,
  MetricSet,
  type Sample,
  type SeriesOptions,
  type ValueFamily,
} from "./core/metrics/mod.ts";
export type { ServerCertificates } from "./core/net/mod.ts";
export {
  type CloseContext,
  type ConfigIssue,
  definePlugin,
  type Plugin,
  type PluginContext,
  type PluginSpec,
  type Registry,
  registry,
  type Token,
  token,
  type TokenOptions,
} from "./core/plugin/mod.ts";
export {
  type AgentStatus,
  type PluginState,
  type PluginStatus,
  type RegisterOptions,
  StatusBoard,
  type StatusBoardOptions,
  type StatusChange,
  type StatusReporter,
} from "./core/status/mod.ts";
export {
  bytes,
  type Duration,
  type DurationUnit,
  formatDuration,
  formatSize,
  type MeasureLimits,
  milliseconds,
  parseDuration,
  parseSize,
  type Size,
} from "./core/units/mod.ts";
export {
  etcd,
  type EtcdStats,
  EtcdStore,
  type EtcdStoreOptions,
  type EtcdTls,
  etcdToken,
} from "./plugins/etcd/mod.ts";
export { health, type HealthOptions } from "./plugins/health/mod.ts";
export {
  type Access,
  BufferedResponse,
  type Gate,
  type GateRequest,
  type HandlerRoute,
  http,
  type HttpApi,
  httpErrors,
  type HttpOptions,
  HttpProblem,
  type HttpProblemOptions,
  type HttpRoute,
  httpToken,
  jsonResponse,
  type Method,
  type Peer,
  type Refusal,
  type RouteInfo,
  type RouteOptions,
  type RouteRequest,
  type WebHandler,
} from "./plugins/http/mod.ts";
export {
  type Assignment,
  type Compression,
  type ConsumedRecord,
  type ConsumerOptions,
  kafka,
  type KafkaApi,
  type KafkaConsumer,
  kafkaErrors,
  type KafkaOptions,
  type KafkaSender,
  kafkaToken,
  keyedBlock,
  type KeyedRecord,
  partitionOf,
  type RecordBlock,
  type RecordFormat,
  type RejectedRecord,
  type TopicSenderOptions,
  valueBlock,
} from "./plugins/kafka/mod.ts";
export {
  type ClusterRole,
  type ConfigMap,
  type FollowOptions,
  type FollowState,
  kubernetes,
  type KubernetesApi,
  type KubernetesCallOptions,
  kubernetesErrors,
  kubernetesToken,
  type Owner,
  type Pod,
  type PodQuery,
} from "./plugins/kubernetes/mod.ts";
export {
  localkv,
  localkvErrors,
  localkvToken,
  LocalStore,
  type LocalStoreOptions,
  type LocalStoreStats,
} from "./plugins/localkv/mod.ts";
export {
  connectNats,
  type ConnectNatsOptions,
  nats,
  type NatsApi,
  type NatsClient,
  type NatsConnectionState,
  natsErrors,
  type NatsMessage,
  type NatsRequestOptions,
  type NatsSubscribeOptions,
  natsToken,
} from "./plugins/nats/mod.ts";
export {
  type CloseReason,
  type DeliveryCount,
  type InProcessHandler,
  type InProcessSubscription,
  type MessageView,
  type NatsLimits,
  type NatsPermissions,
  NatsServer,
  natsServer,
  natsServerErrors,
  type NatsServerOptions,
  type NatsServerStats,
  natsServerToken,
  type NatsTlsOptions,
  type NatsUser,
  type ResponseRules,
  type SubjectFamily,
  type SubjectRules,
} from "./plugins/nats_server/mod.ts";
export { connectors, local, rpc } from "./plugins/presets/mod.ts";
export {
  type MetricRegistry,
  prometheus,
  type PrometheusApi,
  prometheusToken,
} from "./plugins/prometheus/mod.ts";
export {
  ServiceLabel,
  type ServiceLabelOptions,
  serviceLabelPlugin,
  serviceLabelToken,
} from "./plugins/service_label/mod.ts";
