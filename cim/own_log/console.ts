import {
  choice,
  consoleSink,
  definePlugin,
  json,
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

/**
 * Writes the agent's own log to standard error, with the configured level and format. It is the first plugin
 * to start, so that the logs of all others follow the configuration; earlier records wait in the early buffer.
 */
export function consoleLog(): Plugin {
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
    init({ config, get, provide }) {
      const logs = get(logsToken);
      logs.setLevel("default", config.level);
      for (const [name, level] of Object.entries(config.levels)) logs.setLevel(name, level);
      const sink = consoleSink(config.format);
      logs.setSinks([sink]);
      provide(consoleSinkToken, sink);
    },
  });
}
