import {
  AgentError,
  checkKey,
  checkPrefix,
  counter,
  definePlugin,
  type DeleteResult,
  gauge,
  integer,
  type KeyValueStore,
  type Logger,
  parseDuration,
  type Plugin,
  storeErrors,
} from "../../core/mod.ts";
import {
  BufferedResponse,
  httpErrors,
  httpToken,
  jsonResponse,
  type RouteRequest,
  uncachedHeaders,
} from "../../plugins/http/mod.ts";
import { configStoreToken } from "../store/mod.ts";
import { lineStream } from "./line_stream.ts";
import { showChange, showEntry } from "./lines.ts";
import { StreamLimit } from "./stream_limit.ts";

const fields = {
  maxLists: integer({
    doc:
      "Maximum lists of entries that clients read at one time; a further one is answered with 503.",
    default: 32,
    min: 1,
    max: 10_000,
  }),
  maxWatches: integer({
    doc: "Maximum watches that clients read at one time; a further one is answered with 503.",
    default: 64,
    min: 1,
    max: 10_000,
  }),
};

/** Bytes of entries that a list holds for its client. */
const pageBytes = 256 * 1024;

/** Bytes of changes that a watch holds for a slow client, after which it ends with `queue_full`. */
const maxPendingBytes = 2 * 2 ** 20;

/** Serves the configured store below `/api/v1/kv` to loopback peers. */
export function kvRoutes(): Plugin {
  return definePlugin({
    name: "kv_routes",
    requires: [httpToken, configStoreToken],
    config: fields,
    init({ name, config, get, signal, log, metrics }) {
      const http = get(httpToken);
      const lists = new StreamLimit("lists", config.maxLists);
      const watches = new StreamLimit("watches", config.maxWatches);
      const { store } = get(configStoreToken);
      const routes = new StoreRoutes({ store, lists, watches, stopping: signal, log });
      const kinds = [["list", lists], ["watch", watches]] as const;
      metrics.add(
        gauge(
          "cim_kv_streams",
          "Lists and watches of the store that clients read now.",
          () => kinds.map(([kind, { open }]) => ({ labels: { kind }, value: open })),
        ),
        counter(
          "cim_kv_streams_refused_total",
          "Lists and watches refused because clients read as many as allowed.",
          () => kinds.map(([kind, { refused }]) => ({ labels: { kind }, value: refused })),
        ),
      );
      // Not `:key+`, which does not match a path with an empty member; such a key gets a proper answer.
      const one = "/api/v1/kv/:key(.*)";
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

/** What the routes work with. */
interface StoreRoutesOptions {
  readonly store: KeyValueStore;
  readonly lists: StreamLimit;
  readonly watches: StreamLimit;
  /** Aborts when the agent stops, and ends lists and watches. */
  readonly stopping: AbortSignal;
  readonly log: Logger;
}

class StoreRoutes {
  readonly #options: StoreRoutesOptions;
  readonly #store: KeyValueStore;

  constructor(options: StoreRoutesOptions) {
    this.#options = options;
    this.#store = options.store;
  }

  async read({ params, request }: RouteRequest): Promise<Response> {
    const key = checkedKey("get", params.key);
    const entry = await this.#store.get(key, { signal: request.signal });
    if (!entry) throw new AgentError(storeErrors.key_unknown, `There is no key "${key}"`);
    return new BufferedResponse(entry.value as Uint8Array<ArrayBuffer>, {
      headers: {
        ...uncachedHeaders("application/octet-stream"),
        "etag": `"${entry.revision}"`,
        "x-create-revision": `${entry.createRevision}`,
      },
    });
  }

  async write({ params, request }: RouteRequest): Promise<Response> {
    const key = checkedKey("put", params.key);
    const ttl = new URL(request.url).searchParams.get("ttl");
    const ttlMs = ttl === null ? undefined : parseDuration(ttl);
    if (ttl !== null && !ttlMs) {
      const message = `Cannot put "${key}": ttl=${ttl} is not a duration such as 30s`;
      throw new AgentError(httpErrors.query_invalid, message);
    }
    const { revision } = await this.#store.put(key, await request.bytes(), { ttlMs });
    return jsonResponse({ revision });
  }

  async remove({ params }: RouteRequest): Promise<Response> {
    const key = checkedKey("delete", params.key);
    return deleteAnswer(await this.#store.delete(key, { keysOnly: true }));
  }

  async removeAll({ request }: RouteRequest): Promise<Response> {
    const prefix = checkedPrefix("delete", new URL(request.url));
    if (!prefix) {
      const message = "Cannot delete: the parameter prefix is missing or empty";
      throw new AgentError(httpErrors.query_invalid, message);
    }
    return deleteAnswer(await this.#store.delete(prefix, { prefix: true, keysOnly: true }));
  }

  async list({ request }: RouteRequest): Promise<Response> {
    const url = new URL(request.url);
    const prefix = checkedPrefix("list", url);
    if (url.searchParams.get("watch") === "true") return await this.#watch(prefix);
    const keysOnly = url.searchParams.get("keys_only") === "true";
    const { lists, stopping } = this.#options;
    const onEnd = lists.enter();
    const entries = this.#store.list(prefix, { keysOnly, pageBytes, signal: stopping });
    return lineStream(entries, (entry) => [showEntry(entry)], {
      onEnd,
      onFailure: (error) => this.#report("list", prefix, error),
    });
  }

  async #watch(prefix: string): Promise<Response> {
    const { watches, stopping } = this.#options;
    const leave = watches.enter();
    const ended = new AbortController();
    const { signal } = ended;
    const onEnd = () => {
      leave();
      ended.abort();
    };
    stopping.addEventListener("abort", onEnd, { once: true, signal });
    try {
      const batches = await this.#store.watch(prefix, { maxPendingBytes, signal });
      return lineStream(batches, ({ changes }) => changes.map(showChange), {
        first: { watching: prefix },
        onEnd,
        onFailure: (error) => this.#report("watch", prefix, error),
      });
    } catch (error) {
      onEnd();
      throw error;
    }
  }

  #report(action: string, prefix: string, error: unknown): void {
    const { log, stopping } = this.#options;
    if (!stopping.aborted) log.warn(`Cannot continue a ${action}`, { prefix, error });
  }
}

/** The keys that were deleted and, when the list is cut, how many there were. */
function deleteAnswer({ revision, deleted, count, isCut }: DeleteResult): Response {
  const keys = deleted.map(({ key }) => key);
  return jsonResponse({ revision, deleted: keys, ...(isCut && { count }) });
}

function checkedKey(action: string, key: string): string {
  return checked(() => checkKey(action, key), key);
}

function checkedPrefix(action: string, url: URL): string {
  const prefix = url.searchParams.get("prefix") ?? "";
  return checked(() => checkPrefix(action, prefix), prefix);
}

/** Turns the misuse that the store's check throws into an answer for the client. */
function checked(check: () => void, text: string): string {
  try {
    check();
    return text;
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause;
    throw new AgentError(storeErrors.key_invalid, cause.message, { cause });
  }
}
