/**
 * Start, work and shutdown of the sample application.
 *
 * @module
 */
import { aborted, connectNats, retry, systemClock } from "../../mod.ts";
import { AppDocument } from "./document.ts";
import { Messages } from "./messages.ts";
import { register } from "./register.ts";
import { operations } from "./server.ts";
import type { SampleSettings } from "./settings.ts";

/** Options of {@linkcode runSampleApp}. */
export interface SampleAppOptions {
  /** Ends the application when it aborts. */
  readonly signal: AbortSignal;
  /** Called with one line for each thing that happened. */
  readonly say: (line: string) => void;
}

/**
 * Runs until the agent requests the shutdown or the signal aborts.
 *
 * @throws {Deno.errors.AddrInUse} When another process listens on the port.
 */
export async function runSampleApp(
  settings: SampleSettings,
  { signal, say }: SampleAppOptions,
): Promise<void> {
  const ending = new AbortController();
  const { signal: end } = ending;
  let isShutdownRequested = false;
  signal.addEventListener("abort", () => ending.abort(), { once: true, signal: end });
  if (signal.aborted) ending.abort();
  try {
    await using nats = await retry(() => connectNats(settings.natsUrl, { name: "sample app" }), {
      action: "connect to the agent's NATS port",
      min: 100,
      max: 1_000,
      signal: end,
    });
    const messages = new Messages(nats, settings);
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: settings.port, onListen: () => {} },
      operations({
        document: new AppDocument(),
        messages,
        say,
        onShutdown() {
          isShutdownRequested = true;
          ending.abort();
        },
      }),
    );
    say(`serving on ${server.addr.port}`);
    await register(settings, end);
    say("registered");
    messages.event("NotConfigured");
    for (let line = 1; line <= settings.logLines; line++) messages.log(sessionText(line));
    await messages.flush();
    say(`published ${settings.logLines} lines`);
    await logPeriodically(settings, messages, end);
    await aborted(end);
    if (isShutdownRequested) {
      messages.event("ShutdownSuccess");
      await messages.flush();
      say("shut down");
    }
  } catch (error) {
    if (isShutdownRequested || !end.aborted) throw error;
  }
}

async function logPeriodically(
  { logIntervalS }: SampleSettings,
  messages: Messages,
  signal: AbortSignal,
): Promise<void> {
  if (logIntervalS === 0) return;
  for await (const tick of systemClock.every(logIntervalS * 1_000, { signal })) {
    messages.log(sessionText(tick));
  }
}

/** Text of one log line. */
function sessionText(session: number): string {
  return `session ${session % 97} is up, bearer ${
    session % 13
  }, cause 0, attempt 1 of 3, next check in 30 s, nothing else to report`;
}
