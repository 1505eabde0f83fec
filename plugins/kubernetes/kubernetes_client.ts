import { backoff, type Clock, deadline } from "../../core/async/mod.ts";
import type {
  ClusterRole,
  ConfigMap,
  FollowOptions,
  KubernetesApi,
  KubernetesCallOptions,
  Owner,
  Pod,
  PodQuery,
} from "./api.ts";
import type { Access } from "./access.ts";
import {
  readClusterRole,
  readConfigMap,
  readController,
  readList,
  readPod,
  readStatus,
  writeConfigMap,
} from "./_objects.ts";
import { type ApiRequest, CredentialsFault, retryAfterMs, Transport } from "./_transport.ts";
import {
  answerError,
  credentialsError,
  formatError,
  KubernetesError,
  unreachableError,
} from "./errors.ts";
import { followPod, type PodSource } from "./follow_pod.ts";
import { maxObjectBytes, maxStatusBytes, readJson, readJsonLines } from "./json_body.ts";
import type { KubernetesStats } from "./stats.ts";

/** Options of {@linkcode KubernetesClient}. */
export interface KubernetesClientOptions {
  /** Where the API is. */
  readonly access: Access;
  /** Time limit of one attempt, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Time for which a failed call is tried again, in milliseconds. */
  readonly retryTimeoutMs: number;
  /** Time after which a watch is opened again, in milliseconds. */
  readonly watchTimeoutMs: number;
  /** How often an object is read that must not be watched, in milliseconds. */
  readonly pollIntervalMs: number;
  /** Clock for limits and pauses. */
  readonly clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  readonly random: () => number;
  /** Counters. */
  readonly stats: KubernetesStats;
  /** Called with the outcome of each attempt: the kind of call, and the error unless it succeeded. */
  readonly onOutcome: (call: string, error: unknown) => void;
}

/** One call: its kind for status and metrics, and what is tried for messages. */
interface Call {
  readonly kind: string;
  readonly action: string;
  /** Most bytes of the answer. Default: {@linkcode maxObjectBytes}. */
  readonly maxBytes?: number;
}

/** The calls over the HTTP API. */
export class KubernetesClient implements KubernetesApi, Disposable {
  readonly isEnabled = true;
  readonly #options: KubernetesClientOptions;
  readonly #transport: Transport;

  /** Connects with the first call. */
  constructor(options: KubernetesClientOptions) {
    this.#options = options;
    this.#transport = new Transport(options.access);
  }

  get namespace(): string {
    return this.#options.access.namespace;
  }

  /** Asks for the version, once: whether the API answers. */
  async probe(signal: AbortSignal): Promise<void> {
    const call = { kind: "version", action: "reach the API", maxBytes: maxStatusBytes };
    await this.#attempt(call, { path: "/version", signal });
  }

  async pod(
    namespace: string,
    name: string,
    options: KubernetesCallOptions = {},
  ): Promise<Pod | undefined> {
    const call = { kind: "get_pod", action: `get pod ${namespace}/${name}` };
    return await this.#get(call, objectPath("pods", namespace, name), readPod, options);
  }

  followPod(
    namespace: string,
    name: string,
    options: FollowOptions,
  ): AsyncIterable<Pod | undefined> {
    const { clock, random, pollIntervalMs, stats } = this.#options;
    const onResync = () => stats.resynced();
    return followPod(this.#sourceOf(namespace, name), {
      ...options,
      clock,
      random,
      pollIntervalMs,
      onResync,
    });
  }

  async pods(query: PodQuery, { signal }: KubernetesCallOptions = {}): Promise<Pod[]> {
    const { namespace, node, labels = {} } = query;
    const selector = Object.entries(labels).map(([name, value]) => `${name}=${value}`).join(",");
    const path = withQuery(namespace ? collectionPath("pods", namespace) : "/api/v1/pods", {
      fieldSelector: node && `spec.nodeName=${node}`,
      labelSelector: selector,
    });
    const where = node ? ` of node ${node}` : "";
    const call = { kind: "list_pods", action: `list pods${where}` };
    const { items } = await this.#read(call, path, readList, signal);
    return items.map((item) => this.#checked(call, () => readPod(item)));
  }

  async controllerOf(pod: Pod, options: KubernetesCallOptions = {}): Promise<Owner | undefined> {
    const { controller, namespace } = pod;
    if (controller?.kind !== "ReplicaSet") return controller;
    const path = `/apis/apps/v1${namespacePath(namespace)}/replicasets/${
      encodeURIComponent(controller.name)
    }`;
    const call = {
      kind: "get_replica_set",
      action: `get replicaset ${namespace}/${controller.name}`,
    };
    try {
      const read = (value: unknown) => ({ owner: readController(value) });
      return (await this.#get(call, path, read, options))?.owner ?? controller;
    } catch (error) {
      if (error instanceof KubernetesError && error.httpStatus === 403) return controller;
      throw error;
    }
  }

  async configMap(
    namespace: string,
    name: string,
    options: KubernetesCallOptions = {},
  ): Promise<ConfigMap | undefined> {
    const call = { kind: "get_config_map", action: `get configmap ${namespace}/${name}` };
    return await this.#get(call, objectPath("configmaps", namespace, name), readConfigMap, options);
  }

  async createConfigMap(
    configMap: ConfigMap,
    { signal }: KubernetesCallOptions = {},
  ): Promise<void> {
    const { namespace, name } = configMap;
    const call = { kind: "create_config_map", action: `create configmap ${namespace}/${name}` };
    const path = collectionPath("configmaps", namespace);
    await this.#retry(call, { path, body: writeConfigMap(configMap) }, signal);
  }

  async clusterRole(
    name: string,
    options: KubernetesCallOptions = {},
  ): Promise<ClusterRole | undefined> {
    const call = { kind: "get_cluster_role", action: `get clusterrole ${name}` };
    const path = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${encodeURIComponent(name)}`;
    return await this.#get(call, path, readClusterRole, options);
  }

  /** Closes the connections. Idempotent. */
  [Symbol.dispose](): void {
    this.#transport[Symbol.dispose]();
  }

  async #get<T>(
    call: Call,
    path: string,
    read: (value: unknown) => T,
    { signal }: KubernetesCallOptions,
  ): Promise<T | undefined> {
    try {
      return await this.#read(call, path, read, signal);
    } catch (error) {
      if (error instanceof KubernetesError && error.httpStatus === 404) return undefined;
      throw error;
    }
  }

  async #read<T>(
    call: Call,
    path: string,
    read: (value: unknown) => T,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const value = await this.#retry(call, { path }, signal);
    return this.#checked(call, () => read(value));
  }

  /** Makes attempts until one succeeds, an error cannot be helped by another, or the time is used up. */
  async #retry(
    call: Call,
    request: Omit<ApiRequest, "signal">,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<unknown> {
    const { clock, random, retryTimeoutMs } = this.#options;
    const delays = backoff({ min: "200ms", max: "5s", random });
    const end = clock.monotonic() + retryTimeoutMs;
    for (;;) {
      try {
        return await this.#attempt(call, { ...request, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof KubernetesError) || !error.retryable) throw error;
        const delayMs = Math.max(delays.next(), error.retryAfterMs ?? 0);
        if (clock.monotonic() + delayMs > end) throw error;
        await clock.sleep(delayMs, { signal });
      }
    }
  }

  /** One attempt within its time limit; reports the outcome. */
  async #attempt(call: Call, request: ApiRequest): Promise<unknown> {
    const { clock, requestTimeoutMs } = this.#options;
    return await this.#observed(call, request.signal, () =>
      deadline(
        async (signal) => {
          const response = await this.#send(call, { ...request, signal });
          return await readJson(response, call.maxBytes ?? maxObjectBytes);
        },
        requestTimeoutMs,
        { action: call.action, clock, signal: request.signal },
      ));
  }

  /** Runs an attempt, translates its error and reports its outcome. */
  async #observed<T>(call: Call, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const { stats, clock, onOutcome, access } = this.#options;
    const begin = clock.monotonic();
    try {
      const result = await work();
      stats.answered(call.kind, clock.monotonic() - begin);
      onOutcome(call.kind, undefined);
      return result;
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      const error = translated(call, access.server, cause);
      const { httpStatus } = error;
      stats.failed(call.kind, httpStatus === undefined ? "no_answer" : String(httpStatus));
      // An object that does not exist, exists already, or a version that is too old says nothing about the API. Without
      // the right to watch a pod it is read periodically.
      const isAnswer = httpStatus === 404 || httpStatus === 409 || httpStatus === 410 ||
        (httpStatus === 403 && call.kind === watchKind);
      onOutcome(call.kind, isAnswer ? undefined : error);
      throw error;
    }
  }

  /** Sends a request; rejects with the error of an answer that is not a success. */
  async #send(call: Call, request: ApiRequest): Promise<Response> {
    const { access, clock } = this.#options;
    const response = await this.#transport.send(request);
    if (response.ok) return response;
    const retryAfter = retryAfterMs(response, clock.now());
    const { message, retryAfterMs: inBody } = await statusOf(response);
    throw answerError(call.action, access.server, {
      status: response.status,
      message,
      retryAfterMs: retryAfter ?? inBody,
    });
  }

  #checked<T>(call: Call, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw formatError(call.action, this.#options.access.server, error.message);
    }
  }

  #sourceOf(namespace: string, name: string): PodSource {
    const { access } = this.#options;
    const path = collectionPath("pods", namespace);
    const fieldSelector = `metadata.name=${name}`;
    const watching = { kind: watchKind, action: `watch pod ${namespace}/${name}` };
    return {
      list: async (signal) => {
        const request = { path: withQuery(path, { fieldSelector }), signal };
        const value = await this.#attempt(watching, request);
        return this.#checked(watching, () => {
          const { items, version } = readList(value);
          return { pod: items.length === 0 ? undefined : readPod(items[0]), version };
        });
      },
      get: (signal) => this.pod(namespace, name, { signal }),
      watch: (version, signal) =>
        this.#watch(
          watching,
          withQuery(path, { fieldSelector, ...watchQuery, resourceVersion: version }),
          signal,
        ),
      error: ({ code = 500, ...status }) =>
        answerError(watching.action, access.server, { status: code, ...status }),
    };
  }

  /** The events of one watch. It ends when the API ends it; a connection that broke is given up a little later. */
  async *#watch(call: Call, path: string, signal: AbortSignal): AsyncGenerator<unknown> {
    const { clock, watchTimeoutMs, requestTimeoutMs, access } = this.#options;
    const ending = new AbortController();
    const linked = AbortSignal.any([signal, ending.signal]);
    const timeoutSeconds = String(Math.ceil(watchTimeoutMs / 1_000));
    const url = `${path}&timeoutSeconds=${timeoutSeconds}`;
    try {
      const response = await this.#observed(call, signal, () =>
        deadline(
          (limit) => {
            limit.addEventListener("abort", () => ending.abort(limit.reason), { once: true });
            return this.#send(call, { path: url, signal: linked });
          },
          requestTimeoutMs,
          { action: call.action, clock, signal },
        ));
      using _limit = clock.timer(watchTimeoutMs + requestTimeoutMs, () => ending.abort());
      yield* readJsonLines(response);
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      throw translated(call, access.server, cause);
    } finally {
      ending.abort();
    }
  }
}

const watchKind = "watch_pod";
const watchQuery = { watch: "true", allowWatchBookmarks: "true" };

/** The error of an attempt: no answer, or one that is not in the format of the API. */
function translated({ action }: Call, server: string, cause: unknown): KubernetesError {
  if (cause instanceof KubernetesError) return cause;
  if (cause instanceof CredentialsFault) return credentialsError(action, cause);
  if (cause instanceof SyntaxError) return formatError(action, server, cause.message);
  return unreachableError(action, server, cause);
}

/** The `Status` object of an answer that is not a success; a proxy may answer with something else. */
async function statusOf(response: Response): Promise<{ message: string; retryAfterMs?: number }> {
  try {
    return readStatus(await readJson(response, maxStatusBytes));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { message: response.statusText };
  }
}

function namespacePath(namespace: string): string {
  return `/namespaces/${encodeURIComponent(namespace)}`;
}

function collectionPath(resource: string, namespace: string): string {
  return `/api/v1${namespacePath(namespace)}/${resource}`;
}

function objectPath(resource: string, namespace: string, name: string): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

function withQuery(path: string, members: Readonly<Record<string, string | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) if (value) query.set(name, value);
  return query.size === 0 ? path : `${path}?${query}`;
}
