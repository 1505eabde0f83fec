/**
 * Gates: who may use a route. They see the head of the request only, before its body is read. An authenticator
 * is a gate that refuses with 401 and a challenge.
 *
 * @module
 */
import type { Peer, RouteInfo } from "./api.ts";
import type { RejectReason } from "./http_stats.ts";
import { isLoopback } from "./peer.ts";

/** What a gate looks at. */
export interface GateRequest {
  readonly request: Request;
  readonly remote: Peer;
  readonly route: RouteInfo;
}

/** Why a request may not pass. */
export interface Refusal {
  readonly reason: RejectReason;
  readonly status: 401 | 403 | 429;
  /** For the client. */
  readonly error: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Refuses a request, or returns undefined to let it pass. */
export type Gate = (
  request: GateRequest,
) => Refusal | undefined | Promise<Refusal | undefined>;

/** Lets only loopback peers use a loopback-only route. */
export function loopbackGate({ remote, route }: GateRequest): Refusal | undefined {
  if (route.access === "anyone" || remote.isLoopback) return undefined;
  const error = "This path is answered to loopback peers only";
  return { reason: "not_loopback", status: 403, error };
}

/**
 * Keeps web pages out: a browser on this machine is a loopback peer, too, and sends the page's origin along
 * with whatever the page makes it request.
 */
export function originGate({ request, route }: GateRequest): Refusal | undefined {
  const origin = request.headers.get("origin");
  if (route.access === "anyone" || origin === null || isLocalOrigin(origin)) return undefined;
  const error = "This path is not answered to pages of other origins";
  return { reason: "cross_origin", status: 403, error };
}

function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === "localhost" || isLoopback(hostname);
}
