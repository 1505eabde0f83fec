import { type Clock, type Logger } from "../../core/mod.ts";
import type { AppClient } from "../app_client/mod.ts";
import type { EventsApi, OwnEvent } from "../events/mod.ts";

/** Outcome of the shutdown of the application. */
export type AppShutdownResult =
  /** It accepted the request and reported success or failure. */
  | "succeeded"
  | "failed"
  /** It accepted the request and reported nothing in time. */
  | "silent"
  /** It answered with a status other than 2xx. */
  | "refused"
  /** It did not answer. */
  | "unreachable";

/** Options of {@linkcode shutDownApp}. */
export interface ShutDownAppOptions {
  /** The application. */
  readonly app: AppClient;
  /** Receives its report, and the event about the request. */
  readonly events: EventsApi;
  /** Why the agent stops, such as `SIGTERM`. */
  readonly reason: string;
  /** Clock to use. */
  readonly clock: Clock;
  /** Logs the steps. */
  readonly log: Logger;
  /** Time limit for request and report together, in milliseconds. */
  readonly limitMs: number;
  /** Ends the wait when it aborts. */
  readonly signal: AbortSignal;
}

const path = "/api/v1/_operations/shutdown";
const nothing = new Uint8Array(0);

/**
 * Requests the shutdown of the application and waits for its report if it accepts. Never throws, because the agent
 * stops in any case.
 */
export async function shutDownApp(
  { app, events, reason, clock, log, limitMs, signal }: ShutDownAppOptions,
): Promise<AppShutdownResult> {
  if (limitMs <= 0 || signal.aborted) return "unreachable";
  const { promise: reported, resolve: report } = Promise.withResolvers<AppShutdownResult>();
  const end = clock.monotonic() + limitMs;
  using ending = new DisposableStack();
  // Subscribed before the request, because the report may arrive before the answer.
  ending.use(events.on("ShutdownSuccess", () => report("succeeded")));
  ending.use(events.on("ShutdownFailure", () => report("failed")));
  const onAbort = () => report("silent");
  signal.addEventListener("abort", onAbort, { once: true });
  ending.defer(() => signal.removeEventListener("abort", onAbort));
  try {
    const outcome = await app.post(path, nothing, { timeoutMs: limitMs, signal });
    if (outcome.kind !== "answered") {
      log.warn("Cannot request the shutdown of the application", { reason: outcome.reason });
      return "unreachable";
    }
    const isAccepted = outcome.status >= 200 && outcome.status < 300;
    events.raise(initiated(isAccepted, reason));
    if (!isAccepted) {
      log.warn("Application refused to shut down", { status: outcome.status });
      return "refused";
    }
  } catch (error) {
    if (!signal.aborted) log.error("Cannot request the shutdown of the application", { error });
    return "unreachable";
  }
  log.info("Application is shutting down");
  ending.use(clock.timer(Math.max(0, end - clock.monotonic()), () => report("silent")));
  const result = await reported;
  const level = result === "succeeded" ? "info" : "warn";
  log[level]("Application shut down", { result });
  return result;
}

/** Names of signals as Go writes them, which readers of the event expect. */
const signalNames: Readonly<Record<string, string>> = {
  SIGTERM: "terminated",
  SIGINT: "interrupt",
  SIGHUP: "hangup",
};

function initiated(isAccepted: boolean, reason: string): OwnEvent {
  const description = isAccepted ? "initiated successfully" : "initiation failed";
  return {
    name: "ApplicationShutdownInitiated",
    additionalInfo: [
      ["status", isAccepted ? "success" : "failure"],
      ["reason", "cim_termination"],
      ["signal", signalNames[reason] ?? reason],
      ["description", `Application shutdown ${description}`],
    ],
  };
}
