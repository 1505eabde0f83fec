/**
 * The way of a request: find its route, ask each gate, read the body within limits, call the handler, turn
 * errors into answers, count. An authenticator is one more gate; nothing else changes for it.
 *
 * @module
 */
import type { Clock, Logger } from "../../core/mod.ts";
import type { Peer } from "./api.ts";
import { HttpProblem } from "./errors.ts";
import type { Gate } from "./gates.ts";
import type { HttpStats, RejectReason } from "./http_stats.ts";
import type { RequestHandler } from "./listener.ts";
import { readBody } from "./_read_body.ts";
import { jsonResponse, problemResponse } from "./responses.ts";
import type { OwnedRoute, Router } from "./router.ts";

/** What a pipeline works with. */
export interface PipelineOptions {
  readonly router: Router;
  /** Asked in this order; the first refusal is the answer. */
  readonly gates: readonly Gate[];
  readonly stats: HttpStats;
  readonly log: Logger;
  readonly clock: Clock;
  /** Whether routes may still be missing because the agent starts. */
  readonly isStarting: () => boolean;
  /** Requests in work at one time; bodies are held while they are. */
  readonly maxRequests: number;
  readonly maxBodyBytes: number;
  readonly bodyTimeoutMs: number;
}

/** Builds the pipeline. */
export function createPipeline(options: PipelineOptions): RequestHandler {
  const { router, gates, stats, log, clock } = options;

  function reject(reason: RejectReason, response: Response): Response {
    stats.rejected(reason);
    return response;
  }

  async function run(
    owned: OwnedRoute,
    request: Request,
    params: Readonly<Record<string, string>>,
    remote: Peer,
    signal: AbortSignal,
  ): Promise<Response> {
    for (const gate of gates) {
      const refusal = gate({ request, remote, route: owned });
      if (refusal) return reject(refusal.reason, jsonResponse({ error: refusal.error }, 403));
    }
    const maxBytes = owned.route.maxBodyBytes ?? options.maxBodyBytes;
    const limits = { maxBytes, timeoutMs: options.bodyTimeoutMs, clock };
    const body = await readBody(request, signal, limits);
    switch (body.kind) {
      case "too_large":
        return reject(
          "body_too_large",
          jsonResponse({ error: `The body is larger than ${maxBytes} bytes` }, 413),
        );
      case "timeout":
        return reject(
          "body_timeout",
          jsonResponse(
            { error: `The body was not complete after ${options.bodyTimeoutMs} ms` },
            408,
          ),
        );
      case "broken":
        return reject("body_broken", jsonResponse({ error: "The body cannot be read" }, 400));
      case "complete":
        return await owned.route.handler({ request: body.request, params, remote });
    }
  }

  async function answer(
    request: Request,
    remote: Peer,
    signal: AbortSignal,
  ): Promise<[Response, string | undefined]> {
    let path: string | undefined;
    try {
      const match = router.match(request.method, pathnameOf(request));
      switch (match.kind) {
        case "found":
          path = match.owned.path;
          return [await run(match.owned, request, match.params, remote, signal), path];
        case "wrong_method": {
          path = match.path;
          const error = `Method ${request.method} is not allowed here; use ${match.allow}`;
          return [
            reject("wrong_method", jsonResponse({ error }, 405, { allow: match.allow })),
            path,
          ];
        }
        case "unknown":
          return [
            options.isStarting()
              ? reject("starting", jsonResponse({ error: "starting" }, 503, { "retry-after": "1" }))
              : reject("unknown_path", jsonResponse({ error: "No such path" }, 404)),
            path,
          ];
      }
    } catch (error) {
      const known = problemResponse(error);
      if (known) return [known, path];
      log.error("Handler failed", { route: path, method: request.method, error });
      return [jsonResponse({ error: "internal error" }, 500), path];
    }
  }

  return async (request, peer, signal) => {
    if (stats.inFlight >= options.maxRequests) {
      const error = { error: "too many requests in work" };
      return reject("request_limit", jsonResponse(error, 503, { "retry-after": "1" }));
    }
    const begun = clock.monotonic();
    const { method } = request;
    stats.inFlight++;
    try {
      const [response, route] = await answer(request, peer, signal);
      const { status } = response;
      const durationMs = clock.monotonic() - begun;
      stats.answered(method, route, status, durationMs / 1_000);
      if (log.isEnabled("debug")) {
        log.debug("Answered", { method, route, status, durationMs, peer: peer.hostname });
      }
      return response;
    } finally {
      stats.inFlight--;
    }
  };
}

/** The path of a request. A target or Host header that makes no URL is the client's fault. */
function pathnameOf(request: Request): string {
  try {
    return new URL(request.url).pathname;
  } catch (cause) {
    throw new HttpProblem(400, "The request target or the Host header is not usable", { cause });
  }
}
