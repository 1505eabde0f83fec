import assert from "node:assert/strict";
import * as library from "../../mod.ts";
import { root, sourceFiles } from "./_source_tree.ts";

/** Functions, classes and constants that the library exports. A change of this list is a change of the API. */
const values = words(`
  aborted Agent AgentError agentToken attempt backoff Book bookFile Books BoundedQueue
  BufferedResponse bytes bytesCodec choice ConfigError connectNats connectors consoleSink
  coreErrors counter createAgent createRoute deadline defineErrors definePlugin deleteBy delivered
  deliveryOf describeDelivery describeError describeJsonSchema describeMarkdown displayValue
  duration errorCode etcd EtcdStore etcdToken flag formatDuration formatJson formatSize formatText
  gauge hasCode health histogram http httpErrors HttpProblem httpToken integer isAbort json
  jsonCodec jsonResponse kafka kafkaErrors kafkaToken keyedBlock kubernetes kubernetesErrors kubernetesToken LineStream list listAndWatch
  loadSources loginFields local localkv localkvErrors localkvToken LocalStore logLevels LogRegistry logsToken
  memoryStore MetricSet metricsToken milliseconds nats natsErrors NatsServer natsServer
  natsServerErrors natsServerToken natsToken number parseDuration parseSize partitionOf prefixView
  problemText prometheus prometheusToken readConfiguration readSection redact redactText registry
  retry RevisionStore rpc runAgent Secret secret ServiceLabel serviceLabelPlugin serviceLabelToken
  settle size sourcesFrom StatusBoard statusToken storeErrors swapBy systemClock TaskGroup text
  textCodec tlsFields token typedStore unavailableStore valueBlock withBatch withBreaker withDerivedDefaults
  withQueue withRetry withTimeout
`);

/** Types that the library exports. */
const types = words(`
  Access AgentApi AgentErrorOptions AgentOptions AgentState AgentStatus Assignment Backoff
  BackoffOptions BatchOptions BookOptions BookSnapshot BooksSnapshot BookStore BootStep
  BoundedQueueOptions Bounds BreakerOptions BreakerState ByteStream CallOptions Capabilities
  Change ChangeBatch Checked Clock CloseContext ClusterRole ConfigMap FollowOptions FollowState KubernetesApi KubernetesCallOptions Owner Pod PodQuery CloseReason Codec Compression Condition
  ConfigFile ConfigIssue ConfigOf ConfigProblem ConfigSources Configuration ConnectNatsOptions
  ConsumedRecord ConsumerOptions CoreErrorCode Counter CreateRouteOptions DeadlineOptions
  DeleteOptions DeleteResult Delivery DerivedDefault DescribedSection Duration DurationUnit
  Entry ErrorCatalogue ErrorEntry ErrorSpec EtcdStats EtcdStoreOptions EtcdTls FamilyBase Field
  FieldKind FieldOptions Fields Gate GateRequest Gauge HandlerRoute HealthOptions Histogram
  HistogramFamily HistogramSample HistoryRange HttpApi HttpOptions HttpProblemOptions HttpRoute
  InProcessHandler InProcessSubscription ItemCheck KafkaApi KafkaConsumer KafkaOptions
  KafkaSender KeyedRecord KeyValueStore LabelArguments Labels LineStreamHealth LineStreamOptions
  LineWriter ListAndWatchOptions ListOptions ListRange LoadSourcesOptions LocalStoreOptions
  LocalStoreStats LoginFields LogEntry LogFields LogFormat Logger LogHandler LogLevel LogRecord
  LogRegistryOptions LogSink Measured MeasuredOptions MeasureLimits MemoryStoreOptions
  DeliveryCount MessageView Method MetricFamily MetricOptions MetricRegistry NatsApi NatsClient
  NatsConnectionState NatsLimits NatsMessage NatsPermissions NatsRequestOptions
  NatsServerOptions NatsServerStats NatsSubscribeOptions NatsTlsOptions NatsUser Operation
  Optional OverflowPolicy Peer Plugin PluginContext PluginSections PluginSpec PluginState
  PluginStatus PrometheusApi PutOptions PutResult QueueOptions QueueStage ReadSectionOptions
  RecordBlock RecordFormat Refusal RegisterOptions Registry RejectedRecord ResponseRules
  RetryOptions RetryStageOptions RevisionStoreOptions RevisionTable Route RouteInfo RouteOptions
  RouteRequest RunAgentOptions Sample Schema SectionResult Sender SeriesOptions
  ServerCertificates ServiceLabelOptions Size SourceValues StatusBoardOptions StatusChange StatusReporter
  StopOptions StoredBatch StoredChange StoredEntry SubjectFamily SubjectRules SyncEvent
  SyncState TaskFailure TimeoutStageOptions TlsFieldNotes TlsFields Token TokenOptions TopicSenderOptions Transaction
  TransactionResult TypedChange TypedEntry TypedStore TypedStoreOptions ValueFamily WaitOptions
  WatchOptions WebHandler
`);

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

interface Declaration {
  readonly kind: string;
  readonly jsDoc?: { readonly doc?: string };
}

/** What `deno doc` finds in the entry point of the library, by name. */
async function documented(): Promise<Map<string, readonly Declaration[]>> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--quiet", "--json", "mod.ts"],
    cwd: root.pathname,
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout)) as {
    nodes: Record<string, { symbols: { name: string; declarations: Declaration[] }[] }>;
  };
  const symbols = Object.values(nodes).flatMap(({ symbols }) => symbols);
  return new Map(symbols.map(({ name, declarations }) => [name, declarations]));
}

/** Source text that is run or checked: examples in doc comments and in the README, and `examples/`. */
function runnableText(): string {
  const shipped = sourceFiles("core", "plugins", "cim", "mod.ts").flatMap(({ text }) =>
    [...text.matchAll(/^ *\* ```ts.*\n([\s\S]*?)^ *\* ```/gm)].map(([, block]) => block)
  );
  const readme = Deno.readTextFileSync(new URL("README.md", root));
  const inReadme = [...readme.matchAll(/^```ts.*\n([\s\S]*?)^```/gm)].map(([, block]) => block);
  return [...shipped, ...inReadme, ...sourceFiles("examples").map(({ text }) => text)].join("\n");
}

Deno.test("mod.ts exports what the list says, and everything has a doc comment", async () => {
  const found = await documented();
  const byName = (a: string, b: string) => a < b ? -1 : 1;
  assert.deepEqual([...found.keys()].sort(byName), [...values, ...types].sort(byName));
  assert.deepEqual(Object.keys(library).sort(byName), [...values].sort(byName));
  const bare = [...found].filter(([, declarations]) =>
    declarations.every(({ jsDoc }) => !jsDoc?.doc?.trim())
  );
  assert.deepEqual(bare.map(([name]) => name), []);
});

Deno.test("every exported function and class has an example that runs", () => {
  const text = runnableText();
  const functions = Object.entries(library).filter(([, value]) => typeof value === "function");
  const unused = functions.map(([name]) => name)
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
  assert.deepEqual(unused, []);
  assert(functions.length > 50);
});

Deno.test("mod.ts names each export, and deno.json has an entry point for each plugin", () => {
  const text = Deno.readTextFileSync(new URL("mod.ts", root));
  assert.doesNotMatch(text, /^export \*/m);
  const { exports } = JSON.parse(Deno.readTextFileSync(new URL("deno.json", root))) as {
    exports: Record<string, string>;
  };
  const plugins = [...Deno.readDirSync(new URL("plugins", root))].map(({ name }) => name);
  const missing = plugins.filter((name) => exports[`./${name}`] !== `./plugins/${name}/mod.ts`);
  assert.deepEqual(missing, []);
  for (const path of Object.values(exports)) {
    assert(Deno.statSync(new URL(path, root)).isFile, path);
  }
});
