import { type Clock, systemClock, type Token, token } from "../../core/mod.ts";
import { exchange } from "./exchange.ts";
import type { AppOutcome, Opener } from "./outcome.ts";

/** Options of a call. */
export interface AppPostOptions {
  /** Limit of the whole exchange in milliseconds. Default: the client's. */
  timeoutMs?: number;
  /** Ends the call; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** The application's HTTP interface. */
export interface AppClient {
  /**
   * Posts JSON text to 127.0.0.1, and to ::1 if nobody listens there. Every failure is an outcome.
   *
   * @throws {TypeError} When the path does not begin with a slash.
   */
  post(path: string, body: Uint8Array, options?: AppPostOptions): Promise<AppOutcome>;
}

/** Key of {@linkcode AppClient}. */
export const appClientToken: Token<AppClient> = token("app_client");

/** Calls by outcome, in plain numbers. */
export class AppClientStats {
  /** The application answered. */
  answered = 0;
  /** No connection. */
  unreached = 0;
  /** The connection broke. */
  broken = 0;
  /** The time was up. */
  unanswered = 0;
}

/** What {@linkcode createAppClient} takes. */
export interface CreateAppClientOptions {
  /** Where the application listens; asked before each call, so that a change counts at once. */
  address: () => { readonly port: number; readonly isHttp2: boolean };
  /** Limit for making a connection in milliseconds. Default 2,000. */
  connectTimeoutMs?: number;
  /** Limit of a call in milliseconds. Default 10,000. */
  requestTimeoutMs?: number;
  /** Source of time. Default: the machine's. */
  clock?: Clock;
  /** Counts the calls. Default: counts of its own. */
  stats?: AppClientStats;
}

const hosts = ["127.0.0.1", "::1"];

/**
 * Creates a client. It holds nothing between calls, so there is nothing to close.
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
  const { clock = systemClock, stats = new AppClientStats() } = options;
  return {
    async post(path, body, { timeoutMs = requestTimeoutMs, signal } = {}) {
      if (!path.startsWith("/")) {
        throw new TypeError(`Cannot post to "${path}": a path begins with a slash`);
      }
      const { port, isHttp2 } = address();
      const open = await loadOpener(isHttp2);
      const end = clock.monotonic() + timeoutMs;
      const reasons: string[] = [];
      for (const host of hosts) {
        const leftMs = Math.max(0, end - clock.monotonic());
        const limits = { connectTimeoutMs, timeoutMs: leftMs, clock, signal };
        const outcome = await exchange(open, { host, port, path }, body, limits);
        if (outcome.kind !== "unreached") {
          stats[outcome.kind]++;
          return outcome;
        }
        reasons.push(outcome.reason);
      }
      stats.unreached++;
      return { kind: "unreached", reason: reasons.join("; ") };
    },
  };
}

/** The HTTP modules are loaded with the first call: an agent starts noticeably faster without them. */
async function loadOpener(isHttp2: boolean): Promise<Opener> {
  return isHttp2
    ? (await import("./_http2.ts")).openHttp2
    : (await import("./_http1.ts")).openHttp1;
}
