import type { Peer } from "../api.ts";

/** One request in progress, as the front passes it on. */
export interface Exchange {
  /** Who opened the connection. */
  readonly peer: Peer;
  /** Aborts when the client has closed its side, or the connection has ended for another reason. */
  readonly signal: AbortSignal;
  /** Resolves when the client has read the whole answer, or the connection has ended. */
  readonly completed: Promise<void>;
  /** Whether the server has no room left, so that only probes may be answered. */
  readonly isProbeOnly: boolean;
}

/** Answers a request. Never rejects. */
export type RequestHandler = (request: Request, exchange: Exchange) => Promise<Response>;
