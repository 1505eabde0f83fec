/**
 * Errors of the HTTP plugin: the codes of the answers it gives itself, the error that a handler throws to add
 * headers to an error answer, and the failures of opening the port.
 *
 * @module
 */
import {
  AgentError,
  type CoreErrorCode,
  defineErrors,
  type ErrorCatalogue,
  type ErrorEntry,
} from "../../core/mod.ts";

/** Codes of the answers that the server gives itself, and of routes that read a query. */
export const httpErrors: ErrorCatalogue<
  | "route_unknown"
  | "method_not_allowed"
  | "target_invalid"
  | "query_invalid"
  | "loopback_only"
  | "cross_origin"
  | "host_refused"
  | "body_too_large"
  | "body_memory_limit"
  | "body_timeout"
  | "body_broken"
  | "connection_limit"
  | "tls_required"
  | "request_limit"
  | "agent_starting"
  | "server_restarting"
  | "internal"
> = defineErrors({
  route_unknown: {
    retryable: false,
    status: 404,
    meaning: "No route of the REST interface has this path.",
    remedy: "Check the path; the reference lists the routes.",
  },
  method_not_allowed: {
    retryable: false,
    status: 405,
    meaning: "The path exists, but does not answer this method.",
    remedy: "Use a method that the header `Allow` of the answer lists.",
  },
  target_invalid: {
    retryable: false,
    status: 400,
    meaning: "The request target or the Host header is not usable as an address.",
    remedy: "Send a path that is validly percent-encoded, and a Host header of name and port only.",
  },
  query_invalid: {
    retryable: false,
    status: 400,
    meaning: "A query parameter is missing, or its value is not allowed.",
    remedy: "Correct the parameter that the message names.",
  },
  loopback_only: {
    retryable: false,
    status: 403,
    meaning: "The route answers peers on the same machine only.",
    remedy: "Call it from the same pod or host through 127.0.0.1.",
  },
  cross_origin: {
    retryable: false,
    status: 403,
    meaning: "A page of another web site sent the request.",
    remedy: "Call the route from a program, or from a page served by this machine.",
  },
  host_refused: {
    retryable: false,
    status: 403,
    meaning: "A loopback-only route was requested under a host name that is not local.",
    remedy:
      "Use localhost or a loopback address in the URL, or add the name to `rest.allowed_hosts`.",
  },
  body_too_large: {
    retryable: false,
    status: 413,
    meaning: "The request body is larger than the route accepts.",
    remedy: "Send less, or raise `rest.max_body`.",
  },
  body_memory_limit: {
    retryable: true,
    status: 503,
    meaning: "The bodies of other requests take the memory that the server has for bodies.",
    remedy: "Retry after the time in `Retry-After`, or raise `rest.max_body_memory`.",
  },
  body_timeout: {
    retryable: true,
    status: 408,
    meaning: "The request body did not arrive completely in time.",
    remedy: "Retry; raise `rest.body_timeout` for slow clients.",
  },
  body_broken: {
    retryable: true,
    status: 400,
    meaning: "The request body ended early or was not validly framed.",
    remedy: "Retry with a complete body.",
  },
  connection_limit: {
    retryable: true,
    status: 503,
    meaning: "The server has as many connections as it may have.",
    remedy: "Reuse connections, close idle ones, or raise `rest.max_connections`.",
  },
  tls_required: {
    retryable: false,
    status: 400,
    meaning: "The request came in clear text, and the port requires TLS.",
    remedy: "Use `https://`, or set `rest.tls_required` to false.",
  },
  request_limit: {
    retryable: true,
    status: 503,
    meaning: "The server handles as many requests as it may at one time.",
    remedy: "Retry after the time in `Retry-After`, or raise `rest.max_requests`.",
  },
  agent_starting: {
    retryable: true,
    status: 503,
    meaning: "The agent is starting, and no plugin has added this route yet.",
    remedy: "Retry when `/readiness` answers 200.",
  },
  server_restarting: {
    retryable: true,
    status: 503,
    meaning: "The inner HTTP server ended and is being started again.",
    remedy: "Retry; if it persists, read the agent's log and the reason in its status.",
  },
  internal: {
    retryable: false,
    meaning: "A handler failed with an error that is not for clients.",
    remedy: "Read the agent's log; the record has the error and the route.",
  },
});

/** Options of {@linkcode HttpProblem}. */
export interface HttpProblemOptions {
  /** Headers of the answer, for example `Retry-After`. */
  headers?: Readonly<Record<string, string>>;
  /** What led to it, for the log; never sent. */
  cause?: unknown;
}

/**
 * An error answer with headers of its own, thrown by a handler. Status and code are those of the catalogue
 * entry; the message is sent to the client.
 *
 * @example
 * ```ts
 * import { HttpProblem, httpErrors } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const headers = { "retry-after": "5" };
 * const problem = new HttpProblem(httpErrors.request_limit, "Cannot search: busy", { headers });
 * assert.deepEqual([problem.status, problem.code], [503, "request_limit"]);
 * ```
 */
export class HttpProblem extends AgentError {
  /** Additional headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /** Creates the error of a catalogue entry, or of a code that every part may use. */
  constructor(
    kind: CoreErrorCode | ErrorEntry,
    message: string,
    { headers = {}, cause }: HttpProblemOptions = {},
  ) {
    super(kind, message, { cause });
    this.name = "HttpProblem";
    this.headers = headers;
  }
}

/** The error to report when listening on an address failed, with the remedy. */
export function listenError(hostname: string, port: number, cause: unknown): unknown {
  const place = `Cannot listen on ${hostname}:${port}`;
  if (cause instanceof Deno.errors.AddrInUse) {
    return new AgentError(
      "address_in_use",
      `${place}: another process listens there; stop it, or set another rest.port`,
      { cause },
    );
  }
  if (
    cause instanceof Deno.errors.AddrNotAvailable || cause instanceof Deno.errors.PermissionDenied
  ) {
    return new AgentError(
      "address_unavailable",
      `${place}: ${cause.message}; set rest.host to an address of this machine and rest.port to one ` +
        "that needs no privileges",
      { cause },
    );
  }
  return cause;
}
