import { agentToken, definePlugin, type Plugin } from "../../core/mod.ts";
import { appClientToken } from "../app_client/mod.ts";
import { busToken } from "../bus/mod.ts";
import { changesToken } from "../config_push/mod.ts";
import { eventsToken } from "../events/mod.ts";
import { logRouteToken } from "../logs/mod.ts";
import { registrationToken } from "../registration/mod.ts";
import { appWaitMs, drainWaitMs, shutdownFields } from "./budget.ts";
import { shutDownApp } from "./shut_down_app.ts";

/**
 * Shuts the application down before the agent. It requires the plugins that receive messages of the application, so it
 * closes before them. After it has drained the message bus nothing more can arrive, and the others only have to write
 * what they hold. A client that stays connected cannot use up the time that they need.
 */
export function shutdown(): Plugin {
  return definePlugin({
    name: "shutdown",
    requires: [
      agentToken,
      appClientToken,
      eventsToken,
      registrationToken,
      changesToken,
      logRouteToken,
      busToken,
    ],
    config: shutdownFields,
    init: ({ get, clock }) => ({
      agent: get(agentToken),
      app: get(appClientToken),
      events: get(eventsToken),
      bus: get(busToken),
      clock,
      isStarted: false,
    }),
    afterInit(state) {
      state.isStarted = true;
    },
    async close({ agent, bus, isStarted, ...parts }, { log, signal, remainingMs }) {
      if (!isStarted) return;
      const { clock } = parts;
      const endMs = clock.monotonic() + remainingMs;
      const reason = agent.stopReason ?? "";
      await shutDownApp({ ...parts, reason, log, signal, limitMs: appWaitMs(remainingMs) });
      const drainEnd = new AbortController();
      const leftMs = drainWaitMs(endMs - clock.monotonic());
      using _ = clock.timer(leftMs, () => drainEnd.abort());
      await bus.drain(AbortSignal.any([signal, drainEnd.signal]));
    },
  });
}
