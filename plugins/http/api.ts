/**
 * What the HTTP plugin offers to other plugins: routes with an owner.
 *
 * @module
 */
import { type Token, token } from "../../core/mod.ts";

/** Methods a route can have. HEAD is answered by the GET route of the same path. */
export type Method = "GET" | "POST" | "PUT" | "DELETE" | "PATCH";

/** Who opened the connection of a request. */
export interface Peer {
  /** IP address without port. */
  readonly hostname: string;
  /** Whether the address belongs to this machine's loopback, IPv4-mapped addresses included. */
  readonly isLoopback: boolean;
}

/** Who may call a route: only peers on this machine (others get 403), or any peer that can reach the port. */
export type Access = "loopback" | "anyone";

/** What a route's handler gets. */
export interface RouteRequest {
  /**
   * The request. Its body has been read completely and is within the route's limit; its signal aborts when the
   * client closes the connection.
   */
  readonly request: Request;
  /** What the pattern's groups matched, percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Who opened the connection. */
  readonly remote: Peer;
}

/** Options that routes and web handlers share. */
export interface RouteOptions {
  /** Pathname as in `URLPattern`, for example `/api/v1/kv/:key+`. */
  readonly path: string;
  /** Who may call it. Default `loopback`; probes and scrapes are `anyone`. */
  readonly access?: Access;
  /** Largest request body in bytes; a larger one is answered with 413. Default: `rest.max_body`. */
  readonly maxBodyBytes?: number;
  /**
   * Whether it is a probe: reachable also when the server has no room for other requests, so its answer must be small
   * and take no time. Default false.
   */
  readonly isProbe?: boolean;
}

/** One method on one path. */
export interface HttpRoute extends RouteOptions {
  /** The method it answers; GET answers HEAD, too. */
  readonly method: Method;
  /**
   * Answers a request. A thrown `AgentError` (or {@linkcode HttpProblem}) becomes `{"error", "code"}` with the
   * error's status; anything else becomes a 500 without details, and a log record with them.
   */
  handler(request: RouteRequest): Response | Promise<Response>;
}

/** A handler of the shape that the web's servers share, for example `@std/http`'s file server or routes. */
export type WebHandler = (request: Request) => Response | Promise<Response>;

/** Every method on one path, answered by a web handler. */
export interface HandlerRoute extends RouteOptions {
  /** Answers GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, except where a route of the path does. */
  readonly handler: WebHandler;
}

/** A route as others see it. */
export interface RouteInfo {
  /** The plugin that added it. */
  readonly owner: string;
  /** The method it answers; `any` for a web handler. */
  readonly method: Method | "any";
  /** The pathname or pattern it was added with. */
  readonly path: string;
  /** Who may call it. */
  readonly access: Access;
}

/**
 * The HTTP server of the agent.
 *
 * @example
 * ```ts
 * import { definePlugin } from "../../core/mod.ts";
 * import { httpToken, jsonResponse } from "./mod.ts";
 *
 * export const greeter = definePlugin({
 *   name: "greeter",
 *   requires: [httpToken],
 *   init({ name, get }) {
 *     get(httpToken).route(name, {
 *       method: "GET",
 *       path: "/hello/:who",
 *       handler: ({ params }) => jsonResponse({ hello: params.who }),
 *     });
 *   },
 * });
 * ```
 */
export interface HttpApi {
  /**
   * Adds a route, served at once; disposing of the result removes it.
   *
   * @throws {TypeError} When the path is not a pattern, or the method on that path has an owner already.
   */
  route(owner: string, route: HttpRoute): Disposable;
  /**
   * Adds a web handler for every method of a path; disposing of the result removes it.
   *
   * @throws {TypeError} When the path is not a pattern, or has a web handler already.
   *
   * @example
   * ```ts
   * import { definePlugin } from "../../core/mod.ts";
   * import { httpToken } from "./mod.ts";
   *
   * export const pages = definePlugin({
   *   name: "pages",
   *   requires: [httpToken],
   *   init({ name, get }) {
   *     get(httpToken).handle(name, {
   *       path: "/pages/*",
   *       handler: (request) => new Response(`You asked for ${new URL(request.url).pathname}`),
   *     });
   *   },
   * });
   * ```
   */
  handle(owner: string, route: HandlerRoute): Disposable;
  /** The port that was opened; the actual one when the configuration says 0. */
  readonly port: number;
  /** All routes, by path. */
  readonly routes: readonly RouteInfo[];
}

/** Key of {@linkcode HttpApi}. */
export const httpToken: Token<HttpApi> = token("http", { providedBy: "http()" });
