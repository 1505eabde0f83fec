/** Support for the tests of the HTTP plugin: an agent with routes, a bare listener, and raw connections. */
import { definePlugin, type MetricFamily, type Plugin } from "../../../core/mod.ts";
import {
  type Harness,
  harness,
  type ManualClock,
  manualClock,
  recordingLogs,
} from "../../../core/testing/mod.ts";
import { http, type HttpRoute, httpToken, jsonResponse } from "../../../plugins/http/mod.ts";
import {
  HttpListener,
  type ListenerOptions,
  type RequestHandler,
} from "../../../plugins/http/front/mod.ts";
import { HttpStats } from "../../../plugins/http/http_stats.ts";
import { BufferedResponse } from "../../../plugins/http/responses.ts";

/** A route that answers with its parameter and its body. */
export const echo: HttpRoute = {
  method: "POST",
  path: "/echo/:name",
  handler: async ({ request, params }) =>
    jsonResponse({ name: params.name, body: await request.text() }),
};

/** A plugin that registers routes in its init. */
export function routes(...list: HttpRoute[]): Plugin {
  return definePlugin({
    name: "routes",
    requires: [httpToken],
    init: ({ get, name }) => {
      for (const route of list) get(httpToken).route(name, route);
    },
  });
}

/** A started agent with the HTTP plugin and these routes. */
export async function serving(
  list: readonly HttpRoute[],
  rest: Record<string, unknown> = {},
): Promise<Harness> {
  const kit = harness({
    plugins: [http(), routes(...list)],
    config: { rest: { port: 0, ...rest } },
  });
  await kit.agent.start();
  return kit;
}

/** The URL of a path. */
export function urlOf({ agent }: Harness, path: string): string {
  return `http://127.0.0.1:${agent.get(httpToken).port}${path}`;
}

/** The value of one sample, 0 when there is none. */
export function sample(
  families: readonly MetricFamily[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = families.find((candidate) => candidate.name === name);
  if (!family || family.type === "histogram") throw new TypeError(`No plain metric ${name}`);
  const read = family.collect();
  if (typeof read === "number") return read;
  for (const entry of read) {
    if (Object.entries(labels).every(([key, value]) => entry.labels?.[key] === value)) {
      return entry.value;
    }
  }
  return 0;
}

/** A text whose length the server knows. */
export function textResponse(text: string): Response {
  return new BufferedResponse(new TextEncoder().encode(text));
}

/** A listener without an agent. Disposing of it closes it at once. */
export interface BareListener extends AsyncDisposable {
  readonly listener: HttpListener;
  readonly stats: HttpStats;
  readonly clock: ManualClock;
  rejected(reason: string): number;
}

/** Opens a listener on a free port with a manual clock. */
export function listening(
  handler: RequestHandler,
  options: Partial<ListenerOptions> = {},
): BareListener {
  const clock = manualClock();
  const stats = new HttpStats();
  const listener = new HttpListener(handler, {
    hostname: "127.0.0.1",
    port: 0,
    maxConnections: 16,
    maxRequests: 1_024,
    headerTimeoutMs: 10_000,
    idleTimeoutMs: 60_000,
    writeTimeoutMs: 30_000,
    stats,
    clock,
    log: recordingLogs(clock).registry.logger("http"),
    ...options,
  });
  return {
    listener,
    stats,
    clock,
    rejected: (reason) => sample(stats.families(), "http_rejected_total", { reason }),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

export { RawClient } from "../../_support/raw_client.ts";
export { until } from "../../_support/until.ts";
