/**
 * The way of a request: find its route, ask each gate, complete its body, call the handler, turn whatever is
 * thrown on the way into an answer, count. An authenticator is one more gate; nothing else changes for it.
 *
 * @module
 */
import type { Clock, Logger } from "../../core/mod.ts";
import type { Peer } from "./api.ts";
import { HttpProblem } from "./errors.ts";
import type { Gate } from "./gates.ts";
import type { HttpStats, RejectReason } from "./http_stats.ts";
import type { RequestHandler } from "./front/listener.ts";
import { readBody } from "./_read_body.ts";
import { jsonResponse, problemResponse } from "./responses.ts";
import type { FoundRoute, OwnedRoute, Router } from "./router.ts";

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

/** A request that is turned away before any handler sees it. */
class Rejection extends HttpProblem {
  readonly reason: RejectReason;

  constructor(
    reason: RejectReason,
    status: number,
    message: string,
    headers?: Readonly<Record<string, string>>,
  ) {
    super(status, message, { headers });
    this.reason = reason;
  }
}

const soon = { "retry-after": "1" };

/** Builds the pipeline. It never rejects. */
export function createPipeline(options: PipelineOptions): RequestHandler {
  const { router, gates, stats, log, clock, maxRequests, bodyTimeoutMs } = options;

  function find(request: Request): FoundRoute {
    const { method } = request;
    const match = router.match(method, pathnameOf(request));
    switch (match.kind) {
      case "found":
        return match;
      case "wrong_method": {
        const { allow } = match;
        const message = `Method ${method} is not allowed here; use ${allow}`;
        throw new Rejection("wrong_method", 405, message, { allow });
      }
      case "unknown":
        if (options.isStarting()) throw new Rejection("starting", 503, "starting", soon);
        throw new Rejection("unknown_path", 404, "No such path");
    }
  }

  async function admit(request: Request, remote: Peer, route: OwnedRoute): Promise<void> {
    for (const gate of gates) {
      const refusal = await gate({ request, remote, route });
      if (!refusal) continue;
      const { reason, status, error, headers } = refusal;
      throw new Rejection(reason, status, error, headers);
    }
  }

  async function complete(
    request: Request,
    signal: AbortSignal,
    { route }: OwnedRoute,
  ): Promise<Request> {
    const { maxBodyBytes: maxBytes = options.maxBodyBytes } = route;
    const body = await readBody(request, signal, { maxBytes, timeoutMs: bodyTimeoutMs, clock });
    switch (body.kind) {
      case "complete":
        return body.request;
      case "too_large":
        throw new Rejection("body_too_large", 413, `The body is larger than ${maxBytes} bytes`);
      case "timeout": {
        const message = `The body was not complete after ${bodyTimeoutMs} ms`;
        throw new Rejection("body_timeout", 408, message);
      }
      case "broken":
        throw new Rejection("body_broken", 400, "The body cannot be read");
    }
  }

  function answerTo(error: unknown, method: string, route: string | undefined): Response {
    if (error instanceof Rejection) stats.rejected(error.reason);
    const told = problemResponse(error);
    if (told) return told;
    log.error("Handler failed", { method, route, error });
    return jsonResponse({ error: "internal error" }, 500);
  }

  function note(method: string, route: string | undefined, status: number, ms: number): void {
    stats.answered(method, route, status, ms / 1_000);
    if (log.isEnabled("debug")) log.debug("Answered", { method, route, status, durationMs: ms });
  }

  return async (request, remote, signal) => {
    const begun = clock.monotonic();
    const { method } = request;
    let route: string | undefined;
    let response: Response;
    stats.inFlight++;
    try {
      if (stats.inFlight > maxRequests) {
        throw new Rejection("request_limit", 503, "too many requests in work", soon);
      }
      const { owned, params } = find(request);
      route = owned.path;
      await admit(request, remote, owned);
      const whole = await complete(request, signal, owned);
      response = await owned.route.handler({ request: whole, params, remote });
    } catch (error) {
      response = answerTo(error, method, route);
    } finally {
      stats.inFlight--;
    }
    note(method, route, response.status, clock.monotonic() - begun);
    return response;
  };
}

/**
 * The path of a request. The engine puts the Host header before it unseen, so a host with a slash or the like
 * would choose the path.
 */
function pathnameOf({ url, headers }: Request): string {
  const host = headers.get("host") ?? "";
  const { pathname, username } = URL.canParse(url) ? new URL(url) : noUrl;
  if (pathname === "" || username !== "" || /[/?#@\\\s]/.test(host)) {
    throw new Rejection("bad_target", 400, "The request target or the Host header is not usable");
  }
  return pathname;
}

const noUrl = { pathname: "", username: "" };
