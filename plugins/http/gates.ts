/**
 * Gates decide who may use a route. A gate sees only the head of a request; the body is read after all gates have
 * accepted it. An authenticator is a gate that refuses with 401 and a challenge.
 *
 * @module
 */
import { type ErrorEntry, isLoopback } from "../../core/mod.ts";
import type { Peer, RouteInfo } from "./api.ts";
import { httpErrors } from "./errors.ts";

/** What a gate decides on. */
export interface GateRequest {
  /** The request; a gate reads its method, URL and headers, and must leave the body unread. */
  readonly request: Request;
  /** Who opened the connection. */
  readonly remote: Peer;
  /** The route that would answer. */
  readonly route: RouteInfo;
}

/** Why a request may not pass. */
export interface Refusal {
  /** Code and status of the answer; the code is also the reason in `http_rejected_total`. */
  readonly error: ErrorEntry;
  /** Text for the client. */
  readonly message: string;
  /** Additional headers of the answer, for example `WWW-Authenticate`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Refuses a request, or returns undefined to accept it.
 *
 * @example
 * ```ts
 * import { defineErrors } from "../../core/mod.ts";
 * import { type Gate, http } from "./mod.ts";
 *
 * const errors = defineErrors({
 *   token_missing: {
 *     retryable: false,
 *     status: 401,
 *     meaning: "The request has no valid token.",
 *     remedy: "Send the header `Authorization: Bearer TOKEN`.",
 *   },
 * });
 * const bearer: Gate = ({ request, route }) =>
 *   route.access === "anyone" || request.headers.get("authorization") === "Bearer s3cret"
 *     ? undefined
 *     : {
 *       error: errors.token_missing,
 *       message: "This path needs a token",
 *       headers: { "www-authenticate": "Bearer" },
 *     };
 * export const plugin = http({ gates: [bearer] });
 * ```
 */
export type Gate = (
  request: GateRequest,
) => Refusal | undefined | Promise<Refusal | undefined>;

/** Accepts only loopback peers on a loopback-only route. */
export function loopbackGate({ remote, route }: GateRequest): Refusal | undefined {
  if (route.access === "anyone" || remote.isLoopback) return undefined;
  return {
    error: httpErrors.loopback_only,
    message: "This path is answered to loopback peers only",
  };
}

/**
 * Refuses web pages of other sites on a loopback-only route: a browser on this machine is a loopback peer, too,
 * and sends the page's origin with every request that a page makes.
 */
export function originGate({ request, route }: GateRequest): Refusal | undefined {
  const origin = request.headers.get("origin");
  if (route.access === "anyone" || origin === null || isLocalOrigin(origin)) return undefined;
  return {
    error: httpErrors.cross_origin,
    message: "This path is not answered to pages of other origins",
  };
}

function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === "localhost" || isLoopback(hostname);
}
