/**
 * The routing table. A path without groups is found in one look-up and takes precedence over every pattern;
 * among patterns the one with the longest fixed beginning wins. On one path, a route of the method takes
 * precedence over a web handler.
 *
 * @module
 */
import type { HandlerRoute, HttpRoute, Method, RouteInfo } from "./api.ts";
import { httpErrors, HttpProblem } from "./errors.ts";

/** A route in the table. */
export interface OwnedRoute extends RouteInfo {
  /** Largest request body in bytes; undefined for the server's limit. */
  readonly maxBodyBytes: number | undefined;
  /** Whether it is reachable also when the server has no room for other requests. */
  readonly isProbe: boolean;
  /** Answers. */
  readonly handler: HttpRoute["handler"];
}

/** A route with what its groups matched, percent-decoded. */
export interface FoundRoute {
  readonly kind: "found";
  readonly owned: OwnedRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** Result of a look-up. */
export type Match =
  | FoundRoute
  | { readonly kind: "wrong_method"; readonly allow: string }
  | { readonly kind: "unknown" };

/** All methods of one path. */
interface Place {
  readonly path: string;
  readonly pattern: URLPattern | undefined;
  readonly methods: Map<Method | "any", OwnedRoute>;
}

type Groups = Readonly<Record<string, string | undefined>>;

/** Methods that a web handler answers. */
const handlerMethods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/** The routes of one server. */
export class Router {
  readonly #fixed = new Map<string, Place>();
  readonly #patterns: Place[] = [];

  /** Adds a route. @throws {TypeError} When the path is unusable or taken. */
  add(owner: string, route: HttpRoute): Disposable {
    const { method, path, access = "loopback", maxBodyBytes, isProbe = false } = route;
    const handler: HttpRoute["handler"] = (request) => route.handler(request);
    return this.#add({ owner, method, path, access, maxBodyBytes, isProbe, handler });
  }

  /** Adds a web handler. @throws {TypeError} When the path is unusable or taken. */
  addHandler(owner: string, route: HandlerRoute): Disposable {
    const { path, access = "loopback", maxBodyBytes, isProbe = false } = route;
    const handler: HttpRoute["handler"] = ({ request }) => route.handler(request);
    return this.#add({ owner, method: "any", path, access, maxBodyBytes, isProbe, handler });
  }

  /**
   * Finds the route of a method on a path; HEAD finds GET.
   *
   * @throws {HttpProblem} `target_invalid` when a group of the path is not validly percent-encoded.
   */
  match(method: string, pathname: string): Match {
    const wanted = (method === "HEAD" ? "GET" : method) as Method;
    const passed: Place[] = [];
    for (const [place, groups] of this.#candidates(pathname)) {
      const any = handlerMethods.includes(method) ? place.methods.get("any") : undefined;
      const owned = place.methods.get(wanted) ?? any;
      if (owned) return { kind: "found", owned, params: decoded(groups) };
      passed.push(place);
    }
    if (passed.length === 0) return { kind: "unknown" };
    return { kind: "wrong_method", allow: allowed(passed) };
  }

  /** All routes, by path and method. */
  list(): RouteInfo[] {
    return [...this.#fixed.values(), ...this.#patterns]
      .flatMap(({ methods }) => [...methods.values()])
      .map(({ owner, method, path, access }) => ({ owner, method, path, access }))
      .sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method));
  }

  #add(route: OwnedRoute): Disposable {
    const { owner, method, path } = route;
    const place = this.#place(path);
    const taken = place.methods.get(method);
    if (taken) {
      throw new TypeError(
        `Cannot add route ${method} ${path} of ${owner}: ${taken.owner} owns ${method} ${taken.path}`,
      );
    }
    const owned = Object.freeze(route);
    place.methods.set(method, owned);
    return {
      [Symbol.dispose]: () => {
        if (place.methods.get(method) === owned) place.methods.delete(method);
        if (place.methods.size === 0) this.#remove(place);
      },
    };
  }

  *#candidates(pathname: string): Generator<[Place, Groups]> {
    const fixed = this.#fixed.get(pathname);
    if (fixed) yield [fixed, {}];
    for (const place of this.#patterns) {
      const groups = place.pattern!.exec({ pathname })?.pathname.groups;
      if (groups) yield [place, groups];
    }
  }

  #place(path: string): Place {
    if (!path.startsWith("/")) {
      throw new TypeError(`Cannot add route "${path}": a path begins with a slash`);
    }
    const isFixed = fixedPart(path) === path;
    const known = isFixed
      ? this.#fixed.get(path)
      : this.#patterns.find((place) => sameShape(place.path, path));
    if (known) return known;
    const pattern = isFixed ? undefined : new URLPattern({ pathname: path });
    const place: Place = { path, pattern, methods: new Map() };
    if (isFixed) this.#fixed.set(path, place);
    else {
      this.#patterns.push(place);
      this.#patterns.sort((a, b) => fixedPart(b.path).length - fixedPart(a.path).length);
    }
    return place;
  }

  #remove(place: Place): void {
    if (this.#fixed.get(place.path) === place) this.#fixed.delete(place.path);
    const at = this.#patterns.indexOf(place);
    if (at >= 0) this.#patterns.splice(at, 1);
  }
}

/** The value of an `Allow` header. */
function allowed(places: readonly Place[]): string {
  const methods = new Set<string>(places.flatMap(({ methods }) => [...methods.keys()]));
  if (methods.delete("any")) handlerMethods.forEach((method) => methods.add(method));
  if (methods.has("GET")) methods.add("HEAD");
  return [...methods].sort().join(", ");
}

function decoded(groups: Groups): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [name, value = ""] of Object.entries(groups)) {
    try {
      params[name] = decodeURIComponent(value);
    } catch (cause) {
      const message = `Path member "${value}" is not validly percent-encoded`;
      throw new HttpProblem(httpErrors.target_invalid, message, { cause });
    }
  }
  return params;
}

/** The beginning of a path that has no group, wildcard or option in it. */
function fixedPart(path: string): string {
  return /^[^:*(){}?+\\]*/.exec(path)![0];
}

/** Whether two patterns differ only in the names of their groups. */
function sameShape(a: string, b: string): boolean {
  const shape = (path: string) => path.replace(/:\w+/g, ":");
  return shape(a) === shape(b);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
