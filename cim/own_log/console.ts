import {
  choice,
  consoleSink,
  counter,
  definePlugin,
  describeError,
  json,
  LineStream,
  logLevels,
  type LogSink,
  logsToken,
  type Plugin,
  type Token,
  token,
} from "../../core/mod.ts";

/** Key of the sink that writes to standard error. */
export const consoleSinkToken: Token<LogSink> = token("console_sink", {
  providedBy: "consoleLog()",
});

/** Options of {@linkcode consoleLog}. */
export interface ConsoleLogOptions {
  /** Stream that the lines are written to. Default: standard error. */
  stream?: LineStream;
}

/**
 * Writes the agent's own log to standard error, with the configured level and format. It is the first plugin
 * to start, so that the logs of all others follow the configuration; earlier records wait in the early buffer.
 * Its status is degraded while standard error cannot be written; the lost lines are counted.
 */
export function consoleLog(
  { stream = new LineStream(Deno.stderr) }: ConsoleLogOptions = {},
): Plugin {
  return definePlugin({
    name: "console_log",
    section: "own_log",
    formerSections: ["log"],
    provides: [consoleSinkToken],
    config: {
      level: choice(logLevels, { doc: "Minimum level of the records written.", default: "info" }),
      levels: json((z) => z.record(z.string(), z.enum([...logLevels])), {
        doc: 'Levels of single loggers and their children, such as `{"nats_server": "debug"}`.',
        default: {},
      }),
      format: choice(["text", "json"], { doc: "One line of text or JSON each.", default: "text" }),
    },
    init({ name, config, get, provide, metrics, status }) {
      const logs = get(logsToken);
      logs.setLevel("default", config.level);
      for (const [name, level] of Object.entries(config.levels)) logs.setLevel(name, level);
      const sink = consoleSink(config.format, (line) => stream.write(line));
      logs.setSinks([sink]);
      provide(consoleSinkToken, sink);
      metrics.add(
        counter(
          "cim_own_log_dropped_total",
          "Lines of the agent's own log that standard error did not take.",
          () => stream.dropped,
        ),
        counter(
          "cim_own_log_failures_total",
          "Records of the agent's own log that a destination failed to accept.",
          () => logs.sinkFailures,
        ),
      );
      return stream.onHealth((health) => {
        if (health.state === "failing") {
          return status.degraded(
            `standard error cannot be written: ${describeError(health.error)}`,
          );
        }
        status.ok();
        const { dropped: lines } = health;
        logs.logger(name).warn("Lines were not written to standard error", { lines });
      });
    },
    close: (listener) => listener[Symbol.dispose](),
  });
}
