/**
 * One port for the REST interface, probes and metrics: HTTP/1.1 and HTTP/2 with prior knowledge. (A request to
 * upgrade to h2c is answered in HTTP/1.1, as RFC 9113 has it.)
 *
 * It keeps routes with their owners, bounds connections, bodies and waits, answers loopback-only routes to
 * loopback peers only, and drains when it closes. It serves no files, renders no pages, and follows no
 * proxy headers: a peer is who opened the connection.
 *
 * @module
 */
export {
  type Access,
  type HttpApi,
  type HttpRoute,
  httpToken,
  type Method,
  type Peer,
  type RouteInfo,
  type RouteRequest,
} from "./api.ts";
export { HttpProblem, type HttpProblemOptions } from "./errors.ts";
export { http } from "./plugin.ts";
export { jsonResponse } from "./responses.ts";
