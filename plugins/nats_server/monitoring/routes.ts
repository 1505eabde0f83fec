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
import { type ConnzOptions, type ConnzSort, connzSorts, type Monitor } from "./monitoring.ts";

const maxLimit = 10_000;

/** `/varz`, `/connz`, `/subsz` and `/healthz`. */
export function monitoringRoutes(monitor: Monitor): HttpRoute[] {
  const route = (path: string, handler: HttpRoute["handler"]): HttpRoute => ({
    method: "GET",
    path,
    handler,
  });
  return [
    route("/varz", () => jsonResponse(monitor.varz())),
    route("/connz", (request) => jsonResponse(monitor.connz(connzOptions(request)))),
    route("/subsz", (request) => jsonResponse(monitor.subsz(connzOptions(request)))),
    route("/healthz", () => {
      const report = monitor.healthz();
      return jsonResponse(report, report.status === "ok" ? 200 : 503);
    }),
  ];
}

function connzOptions({ request }: RouteRequest): ConnzOptions {
  const { searchParams } = new URL(request.url);
  const sort = searchParams.get("sort") ?? "cid";
  if (!isSort(sort)) {
    throw badQuery(`sort "${sort}" must be one of ${connzSorts.join(", ")}`);
  }
  return {
    subs: ["1", "true", "detail"].includes(searchParams.get("subs") ?? ""),
    sort,
    limit: natural(searchParams, "limit", 1_024),
    offset: natural(searchParams, "offset", 0),
  };
}

function natural(params: URLSearchParams, name: string, fallback: number): number {
  const text = params.get(name);
  if (text === null) return fallback;
  if (!/^\d{1,9}$/.test(text)) throw badQuery(`${name} "${text}" must be a natural number`);
  return name === "limit" ? Math.min(Number(text), maxLimit) : Number(text);
}

function isSort(text: string): text is ConnzSort {
  return (connzSorts as readonly string[]).includes(text);
}

function badQuery(detail: string): HttpProblem {
  return new HttpProblem(httpErrors.query_invalid, `Cannot answer: ${detail}`);
}
