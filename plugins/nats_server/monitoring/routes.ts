/**
 * The monitoring reports as routes of the REST port. Only loopback peers may call them, the default of routes.
 *
 * @module
 */
import {
  httpErrors,
  HttpProblem,
  type HttpRoute,
  jsonResponse,
  type RouteRequest,
} from "../../http/mod.ts";
import { isLiteralSubject } from "../subjects/mod.ts";
import { type ConnzOptions, type ConnzSort, connzSorts } from "./connz.ts";
import type { Monitor, SubszOptions } from "./monitoring.ts";

const maxLimit = 10_000;
const index = `<!DOCTYPE html>
<html lang="en">
<title>NATS server monitoring</title>
<ul>
<li><a href="varz">varz</a>: configuration and counters</li>
<li><a href="connz">connz</a>: connections</li>
<li><a href="subsz">subsz</a>: subscriptions</li>
<li><a href="healthz">healthz</a>: health</li>
</ul>
</html>
`;

/** `/`, `/varz`, `/connz`, `/subsz` and `/healthz`. */
export function monitoringRoutes(monitor: Monitor): HttpRoute[] {
  const route = (path: string, handler: HttpRoute["handler"]): HttpRoute => ({
    method: "GET",
    path,
    handler(request) {
      monitor.countRequest(path);
      return handler(request);
    },
  });
  return [
    route("/", () => new Response(index, { headers: { "content-type": "text/html" } })),
    route("/varz", () => jsonResponse(monitor.varz())),
    route("/connz", (request) => jsonResponse(monitor.connz(connzOptions(request)))),
    route("/subsz", (request) => jsonResponse(monitor.subsz(subszOptions(request)))),
    route("/healthz", () => {
      const report = monitor.healthz();
      return jsonResponse(report, report.status === "ok" ? 200 : 503);
    }),
  ];
}

function connzOptions({ request }: RouteRequest): ConnzOptions {
  const { searchParams: params } = new URL(request.url);
  const sort = params.get("sort") || "cid";
  const state = stateOf(params.get("state") ?? "");
  if (!isSort(sort)) throw badQuery(`sort "${sort}" must be one of ${connzSorts.join(", ")}`);
  if ((sort === "stop" || sort === "reason") && state !== "closed") {
    throw badQuery(`sort by ${sort} is only valid with state=closed`);
  }
  const isDetail = params.get("subs")?.toLowerCase() === "detail";
  return {
    subs: isDetail ? "detail" : flag(params, "subs"),
    sort,
    state,
    limit: limit(params),
    offset: integer(params, "offset"),
    auth: flag(params, "auth"),
    cid: integer(params, "cid") || undefined,
    user: params.get("user") || undefined,
    filterSubject: params.get("filter_subject") || undefined,
  };
}

function subszOptions({ request }: RouteRequest): SubszOptions {
  const { searchParams: params } = new URL(request.url);
  const test = params.get("test") || undefined;
  if (test !== undefined && !isLiteralSubject(test)) {
    throw badQuery(`test "${test}" must be a subject without wildcards`);
  }
  return {
    subs: flag(params, "subs"),
    limit: limit(params),
    offset: integer(params, "offset"),
    test,
  };
}

function stateOf(text: string): "open" | "closed" | "all" {
  const state = text.toLowerCase();
  if (state === "" || state === "open") return "open";
  if (state === "closed") return "closed";
  if (state === "any" || state === "all") return "all";
  throw badQuery(`state "${text}" must be open, closed, any or all`);
}

/** A boolean as Go's `strconv.ParseBool` reads it; absent means false. */
function flag(params: URLSearchParams, name: string): boolean {
  const text = params.get(name) ?? "";
  if (["", "0", "f", "F", "false", "FALSE", "False"].includes(text)) return false;
  if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return true;
  throw badQuery(`${name} "${text}" must be true or false`);
}

/** An integer, possibly negative; absent means 0. */
function integer(params: URLSearchParams, name: string): number {
  const text = params.get(name) ?? "";
  if (!/^([+-]?\d{1,15})?$/.test(text)) throw badQuery(`${name} "${text}" must be an integer`);
  return Number(text);
}

function limit(params: URLSearchParams): number {
  return Math.min(integer(params, "limit"), maxLimit);
}

function isSort(text: string): text is ConnzSort {
  return (connzSorts as readonly string[]).includes(text);
}

function badQuery(detail: string): HttpProblem {
  return new HttpProblem(httpErrors.query_invalid, `Cannot answer: ${detail}`);
}
