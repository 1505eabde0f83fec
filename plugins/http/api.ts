/**
 * What the HTTP plugin offers: routes with an owner.
 *
 * @module
 */
import { type Token, token } from "../../core/mod.ts";

/** Methods a route can have. HEAD is answered by the GET route of the same path. */
export type Method = "GET" | "POST" | "PUT" | "DELETE" | "PATCH";

/** Who sent a request. */
export interface Peer {
  /** Address without port. */
  readonly hostname: string;
  /** Whether the address belongs to this machine's loopback, IPv4-mapped addresses included. */
  readonly isLoopback: boolean;
}

/** Who may call a route: only peers on this machine (others get 403), or any peer that can reach the port. */
export type Access = "loopback" | "anyone";

/** What a handler gets. */
export interface RouteRequest {
  /**
   * The request. Its body has been read and is within the route's limit; its signal aborts when the client
   * has gone.
   */
  readonly request: Request;
  /** What the pattern's groups matched, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Who opened the connection. */
  readonly remote: Peer;
}

/** One method on one path. */
export interface HttpRoute {
  /** The method it answers; GET answers HEAD, too. */
  readonly method: Method;
  /** Pathname as in `URLPattern`, for example `/api/v1/kv/:key+`. */
  readonly path: string;
  /**
   * Answers. It may throw {@linkcode HttpProblem} or `AgentError`, which become a JSON body; whatever else
   * it throws becomes a 500 that says nothing, and a log line that says all.
   */
  handler(request: RouteRequest): Response | Promise<Response>;
  /** Who may call it. Default `loopback`; probes and scrapes are `anyone`. */
  readonly access?: Access;
  /** Limit of the request body in bytes; beyond it the answer is 413. Default: `rest.max_body`. */
  readonly maxBodyBytes?: number;
}

/** A route as others see it. */
export interface RouteInfo {
  /** The plugin that added it. */
  readonly owner: string;
  /** The method it answers. */
  readonly method: Method;
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
  /** The port that was opened, also when the configuration said 0. */
  readonly port: number;
  /** All routes, by path. */
  readonly routes: readonly RouteInfo[];
}

/** Key of {@linkcode HttpApi}. */
export const httpToken: Token<HttpApi> = token("http");
