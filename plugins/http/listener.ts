/**
 * The listener: accepts connections and hands complete requests to a pipeline.
 *
 * @module
 */
import type { Clock, Logger } from "../../core/mod.ts";
import { listenError } from "./errors.ts";
import type { HttpStats } from "./http_stats.ts";
import { peerOf } from "./peer.ts";
import type { Pipeline } from "./pipeline.ts";

/** Limits of a listener. */
export interface ListenerOptions {
  readonly hostname: string;
  readonly port: number;
  readonly maxConnections: number;
  readonly headerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly writeTimeoutMs: number;
  readonly stats: HttpStats;
  readonly log: Logger;
  readonly clock: Clock;
}

/** An open port. */
export interface HttpListener {
  readonly hostname: string;
  readonly port: number;
  /** Takes no new connection, finishes what is in work until the signal aborts, then lets go. */
  close(signal: AbortSignal): Promise<void>;
}

/** Opens the port. @throws {AgentError} `address_in_use` or `address_unavailable`. */
export function listen(pipeline: Pipeline, options: ListenerOptions): HttpListener {
  const { hostname, port } = options;
  const cut = new AbortController();
  let server: Deno.HttpServer<Deno.NetAddr>;
  try {
    server = Deno.serve(
      { hostname, port, signal: cut.signal, onListen: () => undefined },
      (request, { remoteAddr }) => pipeline(request, peerOf(remoteAddr.hostname)),
    );
  } catch (error) {
    throw listenError(hostname, port, error);
  }
  return {
    hostname: server.addr.hostname,
    port: server.addr.port,
    async close(signal) {
      const abort = () => cut.abort();
      signal.addEventListener("abort", abort, { once: true });
      if (signal.aborted) abort();
      await server.shutdown();
      signal.removeEventListener("abort", abort);
    },
  };
}
