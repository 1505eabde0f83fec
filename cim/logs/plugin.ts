import {
  AgentError,
  choice,
  definePlugin,
  duration,
  flag,
  integer,
  type Logger,
  type Plugin,
  size,
  text,
  type Token,
  token,
} from "../../core/mod.ts";
import { type HostPort, parseHostPort } from "../../core/net/mod.ts";
import { booksToken } from "../books/mod.ts";
import { busToken } from "../bus/mod.ts";
import { commonInfraToken } from "../common_infra/mod.ts";
import { eventsToken, type OwnEvent } from "../events/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { kafkaToken } from "../../plugins/kafka/mod.ts";
import { kubernetesToken } from "../../plugins/kubernetes/mod.ts";
import { pathsToken } from "../paths/mod.ts";
import { cimSettingsToken } from "../settings/mod.ts";
import { spoolToken } from "../spool/mod.ts";
import { type CreatedLogRoute, createLogRoute } from "./create_log_route.ts";
import type { TcpOptions } from "./create_tcp.ts";
import { logErrors } from "./errors.ts";
import type { OwnLogFile } from "./file/mod.ts";
import type { LogRoute } from "./log_route.ts";
import { logMetrics } from "./metrics.ts";
import { routeSettings } from "./route_settings.ts";
import { collectorTarget } from "./tcp/mod.ts";

/** Key under which the {@linkcode LogRoute} is provided. */
export const logRouteToken: Token<LogRoute> = token("log_route", { providedBy: "logs()" });

/** Key of the file of the agent's own log. */
export const ownLogFileToken: Token<OwnLogFile> = token("own_log_file");

/** Container name of the agent's own log, fixed by the contract. */
const ownContainer = "cim";

/** Raised when the connection to the collector is lost; its texts, a trailing blank included, are the contract's. */
const tcpFailure: OwnEvent = {
  name: "LmaasTCPFailure",
  managedObject: [
    ["Description", "TCP connection with fluentbit is DOWN"],
    ["STATUS", "FAILURE"],
  ],
  additionalInfo: [["ACTION_IN_PROGRESS ", "CIM writing logs to the file"]],
};

const fileModes = {
  pattern: /^0?6[04][04]$/,
  patternDoc: 'must be "0600" to "0644": the owner reads and writes, others read at most',
};
const folderModes = {
  pattern: /^0?7[0145][0145]$/,
  patternDoc: 'must be "0700" to "0755": only the owner may write',
};

/**
 * The application's log. It subscribes to LOG before the NATS port opens, so that no early line is lost. Its
 * status is degraded while lines cannot be written, publishers are held or lines are dropped. Closing it fails
 * with `log_lines_lost` when lines could not be written in time, so that the process ends with exit code 1.
 */
export function logs(): Plugin {
  return definePlugin({
    name: "logs",
    requires: [
      busToken,
      booksToken,
      cimSettingsToken,
      commonInfraToken,
      identityToken,
      pathsToken,
    ],
    optional: [spoolToken, kafkaToken, eventsToken, kubernetesToken],
    provides: [logRouteToken, ownLogFileToken],
    config: {
      maxFiles: integer({
        doc: "Log files open at once; lines of further containers share one file.",
        default: 64,
        min: 1,
        max: 10_000,
      }),
      idleCloseMs: duration({
        doc: "Time after which a log file without new lines is closed.",
        default: "10m",
        min: "1s",
      }),
      maxBufferedBytes: size({
        doc:
          "Log lines kept in memory for each of files and standard output; one file may hold as much as is still free, then `when_full` applies.",
        default: "8MiB",
        min: "64KiB",
        max: "1GiB",
      }),
      whenFull: choice(["block", "drop_newest"], {
        doc:
          "What happens when the buffer is full: publishers wait for at most `max_block`, or new lines are dropped and counted.",
        default: "block",
      }),
      maxBlockMs: duration({
        doc:
          "Maximum time publishers are held while the buffer is full, 400 ms while the reply to a change-set is awaited; then the newest lines are dropped and counted until there is room. 0 never holds them.",
        default: "5s",
        min: 0,
        max: "1d",
      }),
      fileMode: text({
        doc: "Mode of new log files, `0600` to `0644`; the umask narrows it further.",
        default: "0644",
        ...fileModes,
      }),
      tcpTls: flag({
        doc: "Whether log lines are sent to the TCP collector with TLS.",
        default: false,
      }),
      tcpCaFile: text({
        doc:
          "PEM file with the CA certificates that are trusted to sign the collector's certificate; read for each connection.",
      }),
      tcpConnectTimeoutMs: duration({
        doc: "Time limit for connecting to the TCP collector.",
        default: "2s",
        min: "100ms",
        max: "1m",
      }),
      tcpStallMs: duration({
        doc:
          "Time after which a connection is given up on which the TCP collector takes or acknowledges nothing.",
        default: "6s",
        min: "1s",
        max: "1h",
      }),
      tcpResendSizeBytes: size({
        doc:
          "Log lines sent last that are sent again when the connection to the TCP collector is lost, since it may not have read them.",
        default: "16MiB",
        min: 0,
        max: "1GiB",
      }),
      tcpResendMs: duration({
        doc: "Age up to which log lines are sent again when the connection is lost.",
        default: "10s",
        min: 0,
        max: "1h",
      }),
      folderMode: text({
        doc:
          "Mode of the log folder when the agent creates it, `0700` to `0755`; the umask narrows it further.",
        default: "0755",
        ...folderModes,
      }),
    },
    init({ config, get, find, provide, metrics, log, status, clock, random }) {
      const identity = get(identityToken);
      const owner = identity.current;
      const { logs: folder } = get(pathsToken);
      const bus = get(busToken);
      const settings = get(cimSettingsToken);
      const infra = get(commonInfraToken);
      const service = () => parseHostPort(infra.current.loggingSvcUrl ?? "");
      const nodePort = () => portOf(infra.current.loggingSvcTcpPort);
      const prefersNode = () => settings.current.cimConfig.lmaas.prefer_local_daemonset;
      const kubernetes = find(kubernetesToken);
      const spool = find(spoolToken);
      const kafka = find(kafkaToken);
      const events = find(eventsToken);
      const isDurable = spool?.isDurable ?? false;
      const hasCollector = () =>
        service() !== undefined ||
        prefersNode() && nodePort() !== undefined && kubernetes?.isEnabled === true;
      const tcpOptions = (): TcpOptions => ({
        target: collectorTarget({
          service,
          nodePort,
          prefersNode,
          node: () => identity.current.node,
          kubernetes,
          onProblem: nodeProblems(log, service),
        }),
        queue: spool?.queue("logs_tcp", (records, reason) => {
          created.tcp?.lines.lose(records, reason);
        }),
        damaged: spool?.damaged("logs_tcp"),
        isDurable,
        canResend: infra.current.enableRetrx,
        onFailure: () => events?.raise(tcpFailure),
        tls: config.tcpTls ? { caFile: config.tcpCaFile } : undefined,
        connectTimeoutMs: config.tcpConnectTimeoutMs,
        stallMs: config.tcpStallMs,
        resendBytes: config.tcpResendSizeBytes,
        resendMs: config.tcpResendMs,
      });
      const created: CreatedLogRoute = createLogRoute({
        folder,
        owner,
        settings: routeSettings(settings.current),
        log,
        isRaw: infra.current.isRawLog,
        books: get(booksToken),
        maxFiles: config.maxFiles,
        idleMs: config.idleCloseMs,
        maxBufferedBytes: config.maxBufferedBytes,
        whenFull: config.whenFull,
        maxBlockMs: config.maxBlockMs,
        tcp: hasCollector() ? tcpOptions() : undefined,
        kafka: kafka?.isEnabled
          ? {
            openSender: (onRejected) => kafka.sender("LOGS", { onRejected }),
            onRefused: (record) => spool?.deadLetter({ route: "logs_kafka", ...record }),
            queue: spool?.queue("logs_kafka", (records, reason) => {
              created.kafka?.lose(records, reason);
            }),
            damaged: spool?.damaged("logs_kafka"),
            isDurable,
            canResend: infra.current.enableRetrx,
          }
          : undefined,
        fileMode: parseInt(config.fileMode, 8),
        folderMode: parseInt(config.folderMode, 8),
        onHealth: (health) => health.state === "ok" ? status.ok() : status.degraded(health.reason),
        publish: (subject, payload) => bus.publish(subject, payload),
        clock,
        random,
      });
      const { route, files } = created;
      provide(logRouteToken, route);
      provide(ownLogFileToken, files.reserve(ownContainer, owner.containerId));
      const collectorKey = () => JSON.stringify([service(), nodePort(), prefersNode()]);
      let collector = collectorKey();
      const followCollector = () => {
        if (collector === (collector = collectorKey())) return;
        created.tcp?.sender.retarget();
        if (created.tcp === undefined && hasCollector()) created.openTcp(tcpOptions());
        route.offer("tcp", hasCollector());
      };
      const listeners = new DisposableStack();
      listeners.use(settings.onChange((now) => {
        route.configure(routeSettings(now));
        followCollector();
      }));
      listeners.use(infra.onChange((now, before) => {
        if (now.isRawLog !== before.isRawLog) created.setRaw(now.isRawLog);
        if (now.enableRetrx !== before.enableRetrx) created.setResend(now.enableRetrx);
        followCollector();
      }));
      const subscription = bus.subscribe("LOG", {
        onMessage: ({ buffer, start, end, reply }) => route.accept(buffer, start, end, reply),
        onChunkEnd: () => route.endOfChunk(),
      });
      route.attach(subscription);
      metrics.add(...logMetrics(created, owner.podName));
      return { route, subscription, listeners };
    },
    afterInit({ route }, { tasks }) {
      tasks.run("log timers", (signal) => route.run(signal));
    },
    async close({ route, subscription, listeners }, { signal }) {
      listeners.dispose();
      subscription.unsubscribe();
      const lost = await route.close(signal);
      if (lost === 0) return;
      throw new AgentError(
        logErrors.log_lines_lost,
        `Lost ${lost} log line${lost === 1 ? "" : "s"}: not written before the stop; ` +
          "the metrics and logs of the destination say why",
      );
    },
  });
}

/** The port of a text; undefined when it is none. */
function portOf(text = ""): number | undefined {
  return parseHostPort(`localhost:${text}`)?.port;
}

/** Logs each new reason why lines do not go to the collector of the node. */
function nodeProblems(
  log: Logger,
  service: () => HostPort | undefined,
): (reason: string | undefined) => void {
  let last: string | undefined;
  return (reason) => {
    if (reason !== undefined && reason !== last) {
      const instead = service() ? "log lines go to logging_svc_url" : "log lines wait";
      log.warn(`No collector of the node for prefer_local_daemonset; ${instead}`, { reason });
    }
    last = reason;
  };
}
