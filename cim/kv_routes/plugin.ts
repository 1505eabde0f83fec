import {
  AgentError,
  definePlugin,
  type KeyValueStore,
  type Logger,
  parseDuration,
  type Plugin,
} from "../../core/mod.ts";
import { httpErrors, httpToken, jsonResponse, type RouteRequest } from "../../plugins/http/mod.ts";
import { configStoreToken } from "../store/mod.ts";
import { kvErrors } from "./errors.ts";
import { lineStream } from "./line_stream.ts";
import { showChange, showEntry } from "./lines.ts";

/** Serves the configured store below `/api/v1/kv` to loopback peers. */
export function kvRoutes(): Plugin {
  return definePlugin({
    name: "kv_routes",
    requires: [httpToken, configStoreToken],
    init({ name, get, signal, log }) {
      const http = get(httpToken);
      const routes = new StoreRoutes(get(configStoreToken).store, signal, log);
      const one = "/api/v1/kv/:key+";
      const many = "/api/v1/kv";
      http.route(name, { method: "GET", path: one, handler: (request) => routes.read(request) });
      http.route(name, { method: "PUT", path: one, handler: (request) => routes.write(request) });
      http.route(name, {
        method: "DELETE",
        path: one,
        handler: (request) => routes.remove(request),
      });
      http.route(name, { method: "GET", path: many, handler: (request) => routes.list(request) });
      http.route(name, {
        method: "DELETE",
        path: many,
        handler: (request) => routes.removeAll(request),
      });
    },
  });
}

class StoreRoutes {
  readonly #store: KeyValueStore;
  readonly #stopping: AbortSignal;
  readonly #log: Logger;

  /** `stopping` aborts when the agent stops, and ends lists and watches. */
  constructor(store: KeyValueStore, stopping: AbortSignal, log: Logger) {
    this.#store = store;
    this.#stopping = stopping;
    this.#log = log;
  }

  async read({ params, request }: RouteRequest): Promise<Response> {
    const entry = await this.#store.get(params.key, { signal: request.signal });
    if (!entry) throw new AgentError(kvErrors.key_unknown, `There is no key "${params.key}"`);
    return new Response(entry.value as Uint8Array<ArrayBuffer>, {
      headers: {
        "content-type": "application/octet-stream",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "etag": `"${entry.revision}"`,
        "x-create-revision": `${entry.createRevision}`,
      },
    });
  }

  async write({ params, request }: RouteRequest): Promise<Response> {
    const ttl = new URL(request.url).searchParams.get("ttl");
    const ttlMs = ttl === null ? undefined : parseDuration(ttl);
    if (ttl !== null && !ttlMs) {
      const message = `Cannot put "${params.key}": ttl=${ttl} is not a duration such as 30s`;
      throw new AgentError(httpErrors.query_invalid, message);
    }
    const { revision } = await this.#store.put(params.key, await request.bytes(), { ttlMs });
    return jsonResponse({ revision });
  }

  async remove({ params }: RouteRequest): Promise<Response> {
    const { revision, deleted } = await this.#store.delete(params.key);
    return jsonResponse({ revision, deleted: deleted.map(({ key }) => key) });
  }

  async removeAll({ request }: RouteRequest): Promise<Response> {
    const prefix = new URL(request.url).searchParams.get("prefix");
    if (!prefix) {
      const message = "Cannot delete: the parameter prefix is missing or empty";
      throw new AgentError(httpErrors.query_invalid, message);
    }
    const { revision, deleted } = await this.#store.delete(prefix, { prefix: true });
    return jsonResponse({ revision, deleted: deleted.map(({ key }) => key) });
  }

  async list({ request }: RouteRequest): Promise<Response> {
    const query = new URL(request.url).searchParams;
    const prefix = query.get("prefix") ?? "";
    if (query.get("watch") === "true") return await this.#watch(prefix);
    const entries = this.#store.list(prefix, {
      keysOnly: query.get("keys_only") === "true",
      signal: this.#stopping,
    });
    return lineStream(entries, (entry) => [showEntry(entry)], {
      onFailure: (error) => this.#report("list", prefix, error),
    });
  }

  async #watch(prefix: string): Promise<Response> {
    const ended = new AbortController();
    const { signal } = ended;
    this.#stopping.addEventListener("abort", () => ended.abort(), { once: true, signal });
    const batches = await this.#store.watch(prefix, { signal });
    return lineStream(batches, ({ changes }) => changes.map(showChange), {
      first: { watching: prefix },
      onEnd: () => ended.abort(),
      onFailure: (error) => this.#report("watch", prefix, error),
    });
  }

  #report(action: string, prefix: string, error: unknown): void {
    if (!this.#stopping.aborted) this.#log.warn(`Cannot go on with a ${action}`, { prefix, error });
  }
}
