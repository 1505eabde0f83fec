import { definePlugin, logsToken, type Plugin } from "../../core/mod.ts";
import { identityToken } from "../identity/mod.ts";
import { logRouteToken, ownLogSink } from "../logs/mod.ts";
import { consoleSinkToken } from "./console.ts";

/**
 * Writes the agent's own log beside those of the application, too, as container `cim`. It ends before the
 * route does; what is logged later still reaches the console.
 */
export function ownLog(): Plugin {
  return definePlugin({
    name: "own_log",
    requires: [consoleSinkToken, identityToken, logRouteToken],
    init({ get }) {
      const logs = get(logsToken);
      const toConsole = get(consoleSinkToken);
      logs.setSinks([
        toConsole,
        ownLogSink(get(logRouteToken), get(identityToken).current.containerId),
      ]);
      return () => logs.setSinks([toConsole]);
    },
    close: (toConsoleOnly) => toConsoleOnly(),
  });
}
