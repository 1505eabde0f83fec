/**
 * One port for the REST interface, probes and metrics: HTTP/1.1, HTTP/2 with prior knowledge (h2c), and TLS with both
 * when there are certificates. The first byte of a connection decides whether it is TLS. An offer to upgrade to h2c is
 * declined and answered in HTTP/1.1, as RFC 9113 section 3.1 allows.
 *
 * It holds routes with their owners; bounds connections, requests, bodies and waits; answers loopback-only routes
 * to loopback peers only; and drains when it closes. Routes take {@linkcode HttpApi.route | handlers with parsed
 * parameters} or {@linkcode HttpApi.handle | any web handler} `(request: Request) => Response`, so that
 * `@std/http`'s file server and routes can be added. It serves no files itself and ignores proxy headers: the peer
 * is the one that opened the connection.
 *
 * ## The in-process proxy
 *
 * `Deno.serve` implements both protocols, but it does not bound connections, has no header timeout and cannot close a
 * single connection. Therefore `front/` opens the public port itself, applies the limits, and copies the bytes of
 * each connection to a `Deno.serve` on a loopback port that accepts only these connections. The price: three
 * descriptors per connection instead of one, two more copies of each byte inside the kernel, 0.1 to 0.2 ms per
 * request, and about 40 KiB of buffers per connection. That is acceptable for configuration, probes and metrics;
 * application messages do not take this path. Considered and not taken: a Unix domain socket for the inner server,
 * since `Deno.serve` gives all connections of such a socket the same address, so the client could not be found;
 * and `node:http` beside `node:http2`, which have the timeouts, but are two servers with different behaviour and
 * take 1.1 ms per request here.
 *
 * @module
 */
export {
  type Access,
  type HandlerRoute,
  type HttpApi,
  type HttpRoute,
  httpToken,
  type Method,
  type Peer,
  type RouteInfo,
  type RouteOptions,
  type RouteRequest,
  type WebHandler,
} from "./api.ts";
export { httpErrors, HttpProblem, type HttpProblemOptions } from "./errors.ts";
export type { Gate, GateRequest, Refusal } from "./gates.ts";
export { http, type HttpOptions } from "./plugin.ts";
export { descriptorLimit, mayReadProc } from "./proc.ts";
export { BufferedResponse, jsonResponse, uncachedHeaders } from "./responses.ts";
export type { CertificatePair } from "./tls_files.ts";
