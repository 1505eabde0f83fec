import { type Clock, type Logger } from "../../core/mod.ts";
import type { AppClient } from "../app_client/mod.ts";
import type { EventsApi } from "../events/mod.ts";

/** How the application took it. */
export type AppShutdownResult =
  /** It accepted and reported success or failure. */
  | "succeeded"
  | "failed"
  /** It accepted and reported nothing in time. */
  | "silent"
  /** It answered with another status than 2xx. */
  | "refused"
  /** It did not answer. */
  | "unreachable";

/** What {@linkcode shutDownApp} works with. */
export interface ShutDownAppOptions {
  /** The application. */
  readonly app: AppClient;
  /** Where its report arrives. */
  readonly events: EventsApi;
  /** Source of time. */
  readonly clock: Clock;
  /** Told what happens. */
  readonly log: Logger;
  /** Limit for request and report together, in milliseconds. */
  readonly limitMs: number;
  /** Ends it early. */
  readonly signal: AbortSignal;
}

const path = "/api/v1/_operations/shutdown";
const nothing = new Uint8Array(0);

/**
 * Asks the application to shut down, and waits for its report if it accepts. Never throws: the agent stops
 * whatever the application does.
 */
export async function shutDownApp(
  { app, events, clock, log, limitMs, signal }: ShutDownAppOptions,
): Promise<AppShutdownResult> {
  if (limitMs <= 0 || signal.aborted) return "unreachable";
  const { promise: reported, resolve: report } = Promise.withResolvers<AppShutdownResult>();
  const end = clock.monotonic() + limitMs;
  using ending = new DisposableStack();
  // Listening comes first: the report may overtake the answer.
  ending.use(events.on("ShutdownSuccess", () => report("succeeded")));
  ending.use(events.on("ShutdownFailure", () => report("failed")));
  const onAbort = () => report("silent");
  signal.addEventListener("abort", onAbort, { once: true });
  ending.defer(() => signal.removeEventListener("abort", onAbort));
  try {
    const outcome = await app.post(path, nothing, { timeoutMs: limitMs, signal });
    if (outcome.kind !== "answered") {
      log.warn("Application not asked to shut down", { reason: outcome.reason });
      return "unreachable";
    }
    if (outcome.status < 200 || outcome.status > 299) {
      log.warn("Application refuses to shut down", { status: outcome.status });
      return "refused";
    }
  } catch (error) {
    if (!signal.aborted) log.error("Cannot ask the application to shut down", { error });
    return "unreachable";
  }
  log.info("Application is shutting down");
  ending.use(clock.timer(Math.max(0, end - clock.monotonic()), () => report("silent")));
  const result = await reported;
  const level = result === "succeeded" ? "info" : "warn";
  log[level]("Application shut down", { result });
  return result;
}
