import { definePlugin, formatText, type LogSink, logsToken, type Plugin } from "../../core/mod.ts";
import { ownLogFileToken } from "../logs/mod.ts";
import { consoleSinkToken } from "./console.ts";

/**
 * Writes the agent's own log to a file too, beside those of the application, as container `cim`. It closes
 * before the log files do; what is logged later still reaches the console.
 */
export function ownLog(): Plugin {
  return definePlugin({
    name: "own_log",
    requires: [consoleSinkToken, ownLogFileToken],
    init({ get }) {
      const logs = get(logsToken);
      const console = get(consoleSinkToken);
      logs.setSinks([console, ownLogSink(get(ownLogFileToken))]);
      return () => logs.setSinks([console]);
    },
    close: (detach) => detach(),
  });
}

/** A sink that appends each record as a line of text. It never blocks. */
export function ownLogSink(file: { append(line: Uint8Array): void }): LogSink {
  const encoder = new TextEncoder();
  return (entry) => file.append(encoder.encode(formatText(entry)));
}
