/**
 * The steps of a request: find its route, ask each gate, read its body, call the handler, turn an error into an
 * answer, count.
 *
 * @module
 */
import { AgentError, type Clock, type Logger } from "../../core/mod.ts";
import type { Peer } from "./api.ts";
import { BodyMemory, type BodyShare } from "./body_memory.ts";
import { httpErrors, HttpProblem } from "./errors.ts";
import type { RequestHandler } from "./front/mod.ts";
import type { Gate } from "./gates.ts";
import type { HttpStats } from "./http_stats.ts";
import { readBody } from "./_read_body.ts";
import { BufferedResponse, errorResponse } from "./responses.ts";
import type { FoundRoute, OwnedRoute, Router } from "./router.ts";
import { TurnBudget } from "./turn_budget.ts";

/** What a pipeline works with. */
export interface PipelineOptions {
  readonly router: Router;
  /** Asked in this order; the first refusal is the answer. */
  readonly gates: readonly Gate[];
  readonly stats: HttpStats;
  readonly log: Logger;
  readonly clock: Clock;
  /** Whether routes may still be missing because the agent is starting. */
  readonly isStarting: () => boolean;
  /** Maximum requests whose answer is not read completely, probes not included. */
  readonly maxRequests: number;
  /** Maximum bytes of buffered answers that clients have not read completely, those of probes not included. */
  readonly maxUnreadBytes: number;
  /** Largest body of a route without a limit of its own, in bytes. */
  readonly maxBodyBytes: number;
  /** Maximum memory of all request bodies together, in bytes. */
  readonly maxBodyMemoryBytes: number;
  /** Time allowed to receive a body, in milliseconds. */
  readonly bodyTimeoutMs: number;
}

/** A request that is rejected before a handler sees it. */
class Rejection extends HttpProblem {}

const retrySoon = { headers: { "retry-after": "1" } };

/** Builds the pipeline. It never rejects. */
export function createPipeline(options: PipelineOptions): RequestHandler {
  const { router, gates, stats, log, clock, maxRequests, maxUnreadBytes, bodyTimeoutMs } = options;

  const turns = new TurnBudget(clock);
  const bodies = new BodyMemory(options.maxBodyMemoryBytes, stats);

  function find(request: Request): FoundRoute {
    const { method } = request;
    const match = router.match(method, pathnameOf(request));
    switch (match.kind) {
      case "found":
        return match;
      case "wrong_method": {
        const { allow } = match;
        const message = `Method ${method} is not allowed here; use ${allow}`;
        throw new Rejection(httpErrors.method_not_allowed, message, { headers: { allow } });
      }
      case "unknown":
        if (options.isStarting()) {
          throw new Rejection(httpErrors.agent_starting, "starting", retrySoon);
        }
        throw new Rejection(httpErrors.route_unknown, "No such path");
    }
  }

  async function askGates(request: Request, remote: Peer, route: OwnedRoute): Promise<void> {
    for (const gate of gates) {
      const refusal = await gate({ request, remote, route });
      if (!refusal) continue;
      const { error, message, headers } = refusal;
      throw new Rejection(error, message, { headers });
    }
  }

  async function withBody(
    request: Request,
    signal: AbortSignal,
    { maxBodyBytes: maxBytes = options.maxBodyBytes }: OwnedRoute,
    share: BodyShare,
  ): Promise<Request> {
    const limits = { maxBytes, timeoutMs: bodyTimeoutMs, clock, share };
    const body = await readBody(request, signal, limits);
    switch (body.kind) {
      case "complete":
        return body.request;
      case "too_large": {
        const message = `The body is larger than ${maxBytes} bytes`;
        throw new Rejection(httpErrors.body_too_large, message);
      }
      case "no_memory": {
        const message = "other request bodies take the memory for bodies";
        throw new Rejection(httpErrors.body_memory_limit, message, retrySoon);
      }
      case "timeout": {
        const message = `The body was not complete after ${bodyTimeoutMs} ms`;
        throw new Rejection(httpErrors.body_timeout, message);
      }
      case "broken":
        throw new Rejection(httpErrors.body_broken, "The body cannot be read");
    }
  }

  function answerTo(error: unknown, method: string, route: string | undefined): Response {
    if (error instanceof Rejection) stats.rejected(error.code);
    else if (!(error instanceof AgentError)) log.error("Handler failed", { method, route, error });
    else if (error.status >= 500) log.warn("Request failed", { method, route, error });
    return errorResponse(error);
  }

  function record(method: string, route: string | undefined, status: number, ms: number): void {
    stats.answered(method, route, status, ms / 1_000);
    if (log.isEnabled("debug")) log.debug("Answered", { method, route, status, durationMs: ms });
  }

  /** Probes use none of the room that other requests can exhaust. */
  function reserveRoom({ isProbe }: OwnedRoute, isProbeOnly: boolean): void {
    if (isProbe) return;
    if (isProbeOnly) {
      throw new Rejection(httpErrors.connection_limit, "too many connections", retrySoon);
    }
    if (stats.inFlight > maxRequests) {
      throw new Rejection(httpErrors.request_limit, "too many requests in progress", retrySoon);
    }
  }

  /** Counts a buffered answer until it has been read, or replaces it when too much is unread already. */
  function holdUntilRead(response: Response, isProbe: boolean, completed: Promise<void>): Response {
    if (!(response instanceof BufferedResponse)) return response;
    const { byteLength } = response;
    const { unreadBytes } = stats;
    if (!isProbe && unreadBytes > 0 && unreadBytes + byteLength > maxUnreadBytes) {
      throw new Rejection(httpErrors.request_limit, "too many answers are not read", retrySoon);
    }
    stats.unreadBytes += byteLength;
    completed.then(() => stats.unreadBytes -= byteLength);
    return response;
  }

  return async (request, { peer, signal, completed, isProbeOnly }) => {
    const begun = clock.monotonic();
    const { method } = request;
    let route: string | undefined;
    let response: Response;
    stats.inFlight++;
    completed.then(() => stats.inFlight--);
    try {
      const { owned, params } = find(request);
      route = owned.path;
      reserveRoom(owned, isProbeOnly);
      if (!owned.isProbe) await turns.enter();
      await askGates(request, peer, owned);
      using share = bodies.open();
      const complete = await withBody(request, signal, owned, share);
      const answer = await owned.handler({ request: complete, params, remote: peer });
      response = holdUntilRead(answer, owned.isProbe, completed);
    } catch (error) {
      response = answerTo(error, method, route);
    }
    record(method, route, response.status, clock.monotonic() - begun);
    return response;
  };
}

/**
 * The path of a request. `Deno.serve` builds the URL from the Host header without checking it, so a host that
 * contains a slash, for example, would become part of the path; such a request is rejected.
 */
function pathnameOf({ url, headers }: Request): string {
  const host = headers.get("host") ?? "";
  const { pathname, username } = URL.canParse(url) ? new URL(url) : noUrl;
  if (pathname === "" || username !== "" || /[/?#@\\\s]/.test(host)) {
    const message = "The request target or the Host header is not usable";
    throw new Rejection(httpErrors.target_invalid, message);
  }
  return pathname;
}

const noUrl = { pathname: "", username: "" };
