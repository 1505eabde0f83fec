import {
  agentToken,
  choice,
  definePlugin,
  describeError,
  duration,
  flag,
  integer,
  list,
  type Plugin,
  type PluginContext,
  readRegularFileSync,
  size,
  text,
} from "../../core/mod.ts";
import { httpToken } from "../../plugins/http/mod.ts";
import { prometheusToken } from "../../plugins/prometheus/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { type AlignedSettings, resolveAligned } from "./aligned_settings.ts";
import { AlignedCollector, AlignedStats } from "./collector.ts";
import { renderPieces } from "./render.ts";
import { inTurns } from "./_turns.ts";

const path = "/metrics/aligned";

const fields = {
  scrape: flag({
    doc:
      "Whether metrics are collected at aligned times. Default: `scrape` of the annotation `xgvela.com/mmaas`.",
  }),
  scheme: choice(["http", "https"], {
    doc: "Protocol of the sources. Default: `scheme` of the annotation, then `http`.",
  }),
  ports: list({
    doc:
      "Ports on this machine whose metrics are collected beside the agent's own. Default: `ports` of the annotation.",
  }),
  path: text({
    doc: "Path of the sources. Default: `path` of the annotation, then `/metrics`.",
    pattern: /^\/[!-~]*$/,
    patternDoc: "must begin with a slash",
  }),
  intervalMs: duration({
    doc:
      "Time between two collections, which are at its multiples since 1970. Default: `measurementInterval` of the annotation, then `60s`.",
    min: "1s",
    max: "1d",
  }),
  maxRetention: integer({
    doc:
      "Most aligned times that are kept; the oldest gives way. Default: `maxRetention` of the annotation, then 10.",
    min: 1,
    max: 10_000,
  }),
  readGraceMs: duration({
    doc: "How long an aligned time stays after it was first read, for a second scraper.",
    default: "2m",
    min: 0,
    max: "1d",
  }),
  maxSamples: integer({
    doc: "Most samples of all aligned times together, and of one source.",
    default: 200_000,
    min: 1,
    max: 10_000_000,
  }),
  maxSizeBytes: size({
    doc: "Most memory of all aligned times together, estimated; the oldest give way.",
    default: "32MiB",
    min: "64KiB",
    max: "1GiB",
  }),
  maxScrapeSizeBytes: size({
    doc: "Most bytes of the answer of one source.",
    default: "8MiB",
    min: "1KiB",
    max: "256MiB",
  }),
  timeoutMs: duration({
    doc: "Time limit for the sources at each aligned time; at most half of the interval.",
    default: "5s",
    min: "100ms",
    max: "10m",
  }),
  caFile: text({
    doc:
      "PEM file with the CA certificates that are trusted for `https`. Default: those of the system.",
  }),
};

type Context = PluginContext<{
  readonly scrape?: boolean;
  readonly scheme?: "http" | "https";
  readonly ports?: readonly string[];
  readonly path?: string;
  readonly intervalMs?: number;
  readonly maxRetention?: number;
  readonly readGraceMs: number;
  readonly maxSamples: number;
  readonly maxSizeBytes: number;
  readonly maxScrapeSizeBytes: number;
  readonly timeoutMs: number;
  readonly caFile?: string;
}>;

/**
 * Serves `/metrics/aligned` while the annotation `xgvela.com/mmaas` or the configuration asks for it, and follows
 * changes of the annotation. Its status is disabled while it is not asked for, degraded while a source cannot be read
 * and `error` when the annotation is invalid.
 */
export function alignedMetrics(): Plugin {
  return definePlugin({
    name: "aligned_metrics",
    requires: [agentToken, httpToken, prometheusToken, identityToken],
    config: fields,
    checkConfig: ({ ports = [] }) =>
      ports.filter((port) => !isPort(port)).map((port) => ({
        key: "ports",
        message: `must be ports from 1 to 65535, found "${port}"`,
      })),
    init({ get, metrics }) {
      const stats = new AlignedStats();
      const state: State = { stats, running: undefined, listener: undefined };
      metrics.add(...stats.families(() => state.running?.collector.store));
      return { state, identity: get(identityToken) };
    },
    afterInit({ state, identity }, context) {
      follow(state, context);
      state.listener = identity.onChange((now, before) => {
        if (now.mmaas !== before.mmaas) follow(state, context);
      });
    },
    close({ state }) {
      state.listener?.[Symbol.dispose]();
      stop(state);
    },
  });
}

interface State {
  readonly stats: AlignedStats;
  running: { readonly collector: AlignedCollector; readonly end: DisposableStack } | undefined;
  listener: Disposable | undefined;
}

/** Starts, stops or replaces the collection as the annotation now says. */
function follow(state: State, context: Context): void {
  const { status } = context;
  stop(state);
  try {
    const settings = settingsOf(context);
    if (settings) state.running = start(settings, state, context);
    else status.disabled("the annotation xgvela.com/mmaas does not ask for aligned metrics");
  } catch (error) {
    status.error(describeError(error));
  }
}

function stop(state: State): void {
  state.running?.end.dispose();
  state.running = undefined;
}

function settingsOf({ get, config }: Context): AlignedSettings | undefined {
  const { scrape: isEnabled, scheme, ports, path, intervalMs, maxRetention } = config;
  return resolveAligned(get(identityToken).current.mmaas, {
    ...{ isEnabled, scheme, path, intervalMs, maxRetention },
    ports: ports?.map(Number),
  });
}

function start(settings: AlignedSettings, { stats }: State, context: Context): State["running"] {
  const { name, get, config, clock, log, status, tasks } = context;
  const prometheus = get(prometheusToken);
  const { version } = get(agentToken);
  const collector = new AlignedCollector({
    settings,
    bounds: {
      maxSamples: config.maxSamples,
      maxBytes: config.maxSizeBytes,
      graceMs: config.readGraceMs,
    },
    timeoutMs: config.timeoutMs,
    maxScrapeBytes: config.maxScrapeSizeBytes,
    ca: config.caFile === undefined ? undefined : readRegularFileSync(config.caFile),
    ownMetrics: async () => new TextDecoder().decode((await prometheus.render("text")).body),
    ownPort: get(httpToken).port ?? 0,
    stats,
    clock,
    log,
    onOutcome: (failed) =>
      failed.length === 0
        ? status.ok()
        : status.degraded(`Sources of aligned metrics not read: ${failed.join("; ")}`),
  });
  const end = new DisposableStack();
  const stopping = new AbortController();
  end.defer(() => stopping.abort());
  end.use(
    prometheus.serve(
      name,
      path,
      async (format) => (await inTurns(renderPieces(collector.store.read(), { format, version })))!,
    ),
  );
  tasks.run("collect", (signal) => collector.run(AbortSignal.any([signal, stopping.signal])));
  status.ok();
  return { collector, end };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
