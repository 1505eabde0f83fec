import { type Clock, systemClock, type Token, token } from "../../core/mod.ts";
import { exchange } from "./exchange.ts";
import type { AppOutcome, Opener } from "./outcome.ts";

/** Options of a call. */
export interface AppPostOptions {
  /** Time limit of the whole exchange in milliseconds. Default: `requestTimeoutMs` of the client. */
  timeoutMs?: number;
  /** Cancels the call; the promise rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** The application's HTTP interface. */
export interface AppClient {
  /**
   * Posts JSON text to 127.0.0.1, then to ::1 if that connection is not made. Every failure is an outcome.
   *
   * @throws {TypeError} When the path does not begin with a slash.
   */
  post(path: string, body: Uint8Array, options?: AppPostOptions): Promise<AppOutcome>;
}

/** Key of {@linkcode AppClient}. */
export const appClientToken: Token<AppClient> = token("app_client", { providedBy: "appClient()" });

/** Number of calls by outcome. */
export class AppClientStats {
  /** The application answered. */
  answered = 0;
  /** No connection. */
  unreached = 0;
  /** The connection broke. */
  broken = 0;
  /** The time limit passed. */
  unanswered = 0;
}

/** What {@linkcode createAppClient} takes. */
export interface CreateAppClientOptions {
  /** Returns where the application listens. Called before each call, so a change applies at once. */
  address: () => { readonly port: number; readonly isHttp2: boolean };
  /** Time limit for connecting, in milliseconds. Default 2,000. */
  connectTimeoutMs?: number;
  /** Time limit of a call, in milliseconds. Default 10,000. */
  requestTimeoutMs?: number;
  /** Clock to use. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Counters to update. Default: new ones. */
  stats?: AppClientStats;
  /** Called with the outcome of each call, before the call returns. Must not throw. */
  onOutcome?: (outcome: AppOutcome) => void;
}

const hosts = ["127.0.0.1", "::1"];

/**
 * Creates a client. It keeps no connection between calls, so it needs no closing.
 *
 * @example
 * ```ts
 * import { createAppClient } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * await using app = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => new Response());
 * const client = createAppClient({ address: () => ({ port: app.addr.port, isHttp2: false }) });
 * const outcome = await client.post("/updateConfig", new TextEncoder().encode("{}"));
 * assert.deepEqual(outcome, { kind: "answered", status: 200 });
 * ```
 */
export function createAppClient(options: CreateAppClientOptions): AppClient {
  const { address, connectTimeoutMs = 2_000, requestTimeoutMs = 10_000 } = options;
  const { clock = systemClock, stats = new AppClientStats(), onOutcome } = options;

  async function send(
    path: string,
    body: Uint8Array,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<AppOutcome> {
    const { port, isHttp2 } = address();
    const open = await loadOpener(isHttp2);
    const end = clock.monotonic() + timeoutMs;
    const reasons: string[] = [];
    for (const host of hosts) {
      const leftMs = Math.max(0, end - clock.monotonic());
      const limits = { connectTimeoutMs, timeoutMs: leftMs, clock, signal };
      const outcome = await exchange(open, { host, port, path }, body, limits);
      if (outcome.kind !== "unreached") return outcome;
      reasons.push(outcome.reason);
    }
    return { kind: "unreached", reason: reasons.join("; ") };
  }

  return {
    async post(path, body, { timeoutMs = requestTimeoutMs, signal } = {}) {
      if (!path.startsWith("/")) {
        throw new TypeError(`Cannot post to "${path}": the path must start with a slash`);
      }
      const outcome = await send(path, body, timeoutMs, signal);
      stats[outcome.kind]++;
      onOutcome?.(outcome);
      return outcome;
    },
  };
}

/** The HTTP modules are loaded by the first call, because loading them slows the agent's start noticeably. */
async function loadOpener(isHttp2: boolean): Promise<Opener> {
  return isHttp2
    ? (await import("./_http2.ts")).openHttp2
    : (await import("./_http1.ts")).openHttp1;
}
