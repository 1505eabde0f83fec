/**
 * The front of the HTTP server: the public port, its connections and their limits. It copies bytes between clients
 * and an inner `Deno.serve`; it parses only the first request head of a connection, and terminates TLS where a client
 * begins with it. See the module comment of the
 * parent folder for the reasons and the price.
 *
 * @module
 */
export type { Tls } from "./client_stream.ts";
export type { Exchange, RequestHandler } from "./exchange.ts";
export { HttpListener, type ListenerOptions } from "./listener.ts";
export { loadTls } from "./load_tls.ts";
