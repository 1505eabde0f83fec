/**
 * The life of the sample application.
 *
 * @module
 */
import { aborted, connectNats, retry, systemClock } from "../../mod.ts";
import { AppDocument } from "./document.ts";
import { Messages } from "./messages.ts";
import { register } from "./register.ts";
import { operations } from "./server.ts";
import type { SampleSettings } from "./settings.ts";

/** What the application runs with. */
export interface SampleAppOptions {
  /** Ends the application as a signal to its process would. */
  readonly signal: AbortSignal;
  /** Tells what happens, one line each. */
  readonly say: (line: string) => void;
}

/**
 * Runs until the agent asks for the shutdown or the signal aborts.
 *
 * @throws {Deno.errors.AddrInUse} When the port is taken.
 */
export async function runSampleApp(
  settings: SampleSettings,
  { signal, say }: SampleAppOptions,
): Promise<void> {
  const ending = new AbortController();
  const { signal: end } = ending;
  let isAsked = false;
  signal.addEventListener("abort", () => ending.abort(), { once: true, signal: end });
  if (signal.aborted) ending.abort();
  try {
    await using nats = await retry(() => connectNats(settings.natsUrl, { name: "sample app" }), {
      action: "connect to the agent's NATS port",
      minMs: 100,
      maxMs: 1_000,
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
          isAsked = true;
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
    await keepTalking(settings, messages, end);
    await aborted(end);
    if (isAsked) {
      messages.event("ShutdownSuccess");
      await messages.flush();
      say("shut down");
    }
  } catch (error) {
    if (isAsked || !end.aborted) throw error;
  }
}

async function keepTalking(
  { logIntervalS }: SampleSettings,
  messages: Messages,
  signal: AbortSignal,
): Promise<void> {
  if (logIntervalS === 0) return;
  for await (const tick of systemClock.every(logIntervalS * 1_000, { signal })) {
    messages.log(sessionText(tick));
  }
}

/** What the application has to say about one of its sessions. */
function sessionText(session: number): string {
  return `session ${session % 97} is up, bearer ${
    session % 13
  }, cause 0, attempt 1 of 3, next check in 30 s, nothing else to report`;
}
