/**
 * Gates: who may use a route. They see the head of the request only, before its body is read.
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
  /** For the client. */
  readonly error: string;
}

/** Refuses a request, or returns undefined to let it pass. */
export type Gate = (request: GateRequest) => Refusal | undefined;

/** Lets only loopback peers use a loopback-only route. */
export const loopbackGate: Gate = ({ remote, route }) =>
  route.loopbackOnly && !remote.isLoopback
    ? { reason: "not_loopback", error: "This path is answered to loopback peers only" }
    : undefined;

/**
 * Keeps web pages out: a browser on this machine is a loopback peer, too, and sends the page's origin along
 * with whatever the page makes it request.
 */
export const originGate: Gate = ({ request, route }) => {
  const origin = request.headers.get("origin");
  if (!route.loopbackOnly || origin === null || isLocalOrigin(origin)) return undefined;
  return { reason: "cross_origin", error: "This path is not answered to pages of other origins" };
};

function isLocalOrigin(origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return hostname === "localhost" || isLoopback(hostname);
}
