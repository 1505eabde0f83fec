/* A Kubernetes API in this process: pods, ConfigMaps and ClusterRoles in memory, watches, and faults on request. */
import { authority, serverPair } from "./certificates.ts";
import { tempDir } from "./temp_dir.ts";

export interface FakeObject {
  metadata: {
    name: string;
    namespace?: string;
    resourceVersion?: string;
    [member: string]: unknown;
  };
  [member: string]: unknown;
}

export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string;
}

export interface FakeKubernetes extends AsyncDisposable {
  /** Environment of a pod with this API. */
  readonly env: Record<string, string>;
  readonly port: number;
  /** Folder of the service account. */
  readonly account: string;
  /** Requests so far. */
  readonly requests: FakeRequest[];
  /** Answers in place of the API; undefined lets the API answer. */
  fault:
    | ((request: FakeRequest, signal: AbortSignal) => Response | Promise<Response> | undefined)
    | undefined;
  /** Tokens that are accepted. */
  readonly tokens: Set<string>;
  /** Adds or replaces an object, such as `put("pods", pod)`. */
  put(resource: string, object: FakeObject): void;
  get(resource: string, namespace: string, name: string): FakeObject | undefined;
  delete(resource: string, namespace: string, name: string): void;
  /** Number of open watches. */
  readonly watches: number;
  /** Ends all watches in order. */
  endWatches(): void;
  /** Sends an ERROR event of this code on all watches and ends them. */
  failWatches(code: number): void;
  /** Versions up to now can no longer be watched from. */
  compact(): void;
}

/** A pod as the API shows it. */
export function fakePod(
  name: string,
  { namespace = "ns1", labels = {}, annotations = {}, ...rest }: {
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    [member: string]: unknown;
  } = {},
): FakeObject {
  return {
    metadata: { name, namespace, uid: `uid-of-${name}`, labels, annotations },
    spec: { nodeName: "node-1", containers: [{ name: "cim" }] },
    status: {
      phase: "Running",
      podIP: "10.0.0.7",
      conditions: [{ type: "Ready", status: "True" }],
    },
    ...rest,
  };
}

/** The answer of the API to a refused request. */
export function refusal(
  code: number,
  { message = `refused with ${code}`, headers = {} as Record<string, string> } = {},
): Response {
  return Response.json({ kind: "Status", status: "Failure", code, message }, {
    status: code,
    headers,
  });
}

interface Watch {
  readonly resource: string;
  readonly namespace: string;
  readonly query: URLSearchParams;
  readonly stream: ReadableStreamDefaultController<Uint8Array>;
}

export async function fakeKubernetes(): Promise<FakeKubernetes> {
  const folder = tempDir();
  const account = folder.path;
  await Deno.writeTextFile(`${account}/token`, "token-1");
  await Deno.writeTextFile(`${account}/ca.crt`, authority);
  await Deno.writeTextFile(`${account}/namespace`, "ns1");
  const objects = new Map<string, FakeObject>();
  const history: { version: number; resource: string; type: string; object: FakeObject }[] = [];
  const watches = new Set<Watch>();
  const requests: FakeRequest[] = [];
  let version = 100;
  let oldest = 0;

  function change(type: string, resource: string, object: FakeObject): void {
    history.push({ version, resource, type, object });
    for (const watch of watches) send(watch, type, resource, object);
  }

  function send(watch: Watch, type: string, resource: string, object: FakeObject): void {
    if (watch.resource !== resource || !isSelected(object, watch.namespace, watch.query)) return;
    watch.stream.enqueue(line({ type, object }));
  }

  function closeWatches(event?: unknown): void {
    for (const { stream } of watches) {
      if (event !== undefined) stream.enqueue(line(event));
      stream.close();
    }
    watches.clear();
  }

  const api: Omit<FakeKubernetes, "port" | "env" | typeof Symbol.asyncDispose> = {
    account,
    requests,
    fault: undefined,
    tokens: new Set(["token-1"]),
    get watches() {
      return watches.size;
    },
    put(resource, object) {
      const { namespace = "", name } = object.metadata;
      const key = `${resource}/${namespace}/${name}`;
      const type = objects.has(key) ? "MODIFIED" : "ADDED";
      const stored = {
        ...object,
        metadata: { ...object.metadata, resourceVersion: String(++version) },
      };
      objects.set(key, stored);
      change(type, resource, stored);
    },
    get: (resource, namespace, name) => objects.get(`${resource}/${namespace}/${name}`),
    delete(resource, namespace, name) {
      const key = `${resource}/${namespace}/${name}`;
      const object = objects.get(key)!;
      objects.delete(key);
      version++;
      change("DELETED", resource, {
        ...object,
        metadata: { ...object.metadata, resourceVersion: String(version) },
      });
    },
    endWatches: () => closeWatches(),
    failWatches: (code) =>
      closeWatches({ type: "ERROR", object: { kind: "Status", code, message: "too old" } }),
    compact() {
      oldest = ++version;
    },
  };

  function openWatch(resource: string, namespace: string, query: URLSearchParams): Response {
    const from = Number(query.get("resourceVersion"));
    if (from < oldest) return refusal(410, { message: "too old resource version" });
    let watch: Watch;
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        watch = { resource, namespace, query, stream };
        watches.add(watch);
        // An empty line makes the server send its header at once.
        stream.enqueue(new TextEncoder().encode("\n"));
        for (const { version, type, resource, object } of history) {
          if (version > from) send(watch, type, resource, object);
        }
      },
      cancel: () => void watches.delete(watch),
    });
    return new Response(body, { headers: { "content-type": "application/json" } });
  }

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams: query } = new URL(request.url);
    const token = (request.headers.get("authorization") ?? "").replace(/^Bearer /, "");
    const seen = { method: request.method, path: pathname, query, token };
    requests.push(seen);
    const faulty = await api.fault?.(seen, request.signal);
    if (faulty) return faulty;
    if (!api.tokens.has(token)) return refusal(401, { message: "Unauthorized" });
    if (pathname === "/version") return Response.json({ gitVersion: "v1.35.0" });
    const match = /^\/apis?\/.*?v1(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?$/.exec(
      pathname,
    );
    if (!match) return refusal(404);
    const [, namespace = "", resource, name] = match;
    if (request.method === "POST") {
      const object = await request.json() as FakeObject;
      if (api.get(resource, namespace, object.metadata.name)) {
        return refusal(409, { message: `${resource} "${object.metadata.name}" already exists` });
      }
      api.put(resource, object);
      return Response.json(object, { status: 201 });
    }
    if (name !== undefined) {
      const object = api.get(resource, namespace, name);
      return object ? Response.json(object) : refusal(404, { message: `${name} not found` });
    }
    if (query.get("watch")) return openWatch(resource, namespace, query);
    const items = [...objects].filter(([key]) => key.startsWith(`${resource}/`))
      .map(([, object]) => object)
      .filter((object) => isSelected(object, namespace, query));
    return Response.json({ metadata: { resourceVersion: String(version) }, items });
  }

  const server = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    ...serverPair,
    onListen() {},
  }, answer);
  const { port } = server.addr;
  return Object.defineProperties(api, {
    port: { value: port },
    env: {
      value: {
        KUBERNETES_SERVICE_HOST: "127.0.0.1",
        KUBERNETES_SERVICE_PORT: String(port),
        CIM_KUBERNETES_SERVICE_ACCOUNT: account,
      },
    },
    [Symbol.asyncDispose]: {
      value: async () => {
        closeWatches();
        await server.shutdown();
        folder[Symbol.dispose]();
      },
    },
  }) as FakeKubernetes;
}

function isSelected({ metadata, spec }: FakeObject, namespace: string, query: URLSearchParams) {
  const { nodeName } = (spec ?? {}) as { nodeName?: string };
  const fields: Record<string, unknown> = {
    "metadata.name": metadata.name,
    "spec.nodeName": nodeName,
  };
  const labels = (metadata.labels ?? {}) as Record<string, unknown>;
  return (namespace === "" || metadata.namespace === namespace) &&
    matches(query.get("fieldSelector"), fields) && matches(query.get("labelSelector"), labels);
}

function matches(selector: string | null, values: Record<string, unknown>): boolean {
  return (selector ?? "").split(",").filter((term) => term !== "")
    .every((term) => values[term.split("=")[0]] === term.split("=")[1]);
}

function line(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value)}\n`);
}
