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
 * Refuses web pages of other sites on a loopback-only route: a browser on this machine is a loopback peer, too, and
 * sends the page's origin, or `Sec-Fetch-Site`, with every request that a page makes.
 */
export function originGate({ request: { headers }, route }: GateRequest): Refusal | undefined {
  if (route.access === "anyone") return undefined;
  const origin = headers.get("origin");
  const isForeign = (origin !== null && !isLocalOrigin(origin)) ||
    headers.get("sec-fetch-site")?.trim().toLowerCase() === "cross-site";
  if (!isForeign) return undefined;
  return {
    error: httpErrors.cross_origin,
    message: "This path is not answered to pages of other origins",
  };
}

/**
 * Makes the gate that accepts only local host names on a loopback-only route. A page whose name was rebound to
 * 127.0.0.1 counts as the same origin in a browser, but its requests still carry its own name.
 *
 * @param allowedHosts Names that are accepted beside `localhost`, its sub-domains and loopback addresses.
 */
export function hostGate(allowedHosts: readonly string[]): Gate {
  const allowed = new Set(allowedHosts.map((name) => name.toLowerCase()));
  const isLocal = (name: string) =>
    isLocalName(name) || allowed.has(name) || allowed.has(name.replace(/^\[|\]$/g, ""));
  return ({ request, route }) => {
    if (route.access === "anyone") return undefined;
    // An absolute request target or the authority of HTTP/2 is in the URL and may differ from the Host header.
    const host = request.headers.get("host");
    const names = [new URL(request.url).hostname];
    if (host !== null) names.push(host.trim().toLowerCase().replace(/:\d*$/, ""));
    if (names.every(isLocal)) return undefined;
    return {
      error: httpErrors.host_refused,
      message: "This path is answered only to requests for localhost or a loopback address; " +
        "add other names to rest.allowed_hosts",
    };
  };
}

function isLocalOrigin(origin: string): boolean {
  return URL.canParse(origin) && isLocalName(new URL(origin).hostname);
}

function isLocalName(name: string): boolean {
  return name === "localhost" || name.endsWith(".localhost") || isLoopback(name);
}
