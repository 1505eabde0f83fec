/* The product in one process, on free ports and in its own folder, with an application. */
import { type Agent, createAgent, type Plugin, sourcesFrom, textCodec } from "../../core/mod.ts";
import { recordingLogs } from "../../core/testing/mod.ts";
import { cimPlugins, deriveSources, envPrefix } from "../../cim/assembly/mod.ts";
import { configStoreToken } from "../../cim/store/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { buildEvent } from "../_support/wire_messages.ts";
import { httpToken } from "../../plugins/http/mod.ts";
import { type NatsServer, natsServerToken } from "../../plugins/nats_server/mod.ts";

export interface ProductOptions {
  env?: Record<string, string>;
  /** `cim.json` of the mounted configuration. */
  mounted?: string;
  /** Answers the agent's calls. Default: 200, and the reply or event of a success. */
  app?: (request: Request, reply: (document: unknown) => void) => Response | Promise<Response>;
  /** Further plugins; one with the name of a plugin of the product replaces it. */
  extra?: readonly Plugin[];
  /** Folder of a previous run. */
  folder?: string;
}

export interface Product extends AsyncDisposable {
  readonly agent: Agent;
  readonly url: string;
  readonly nats: NatsServer;
  readonly folder: string;
  readonly logs: ReturnType<typeof recordingLogs>;
  /** Paths and bodies of the calls the application received. */
  readonly calls: { path: string; body: string }[];
  register(body?: unknown): Promise<Response>;
  put(key: string, value: string, ttlMs?: number): Promise<void>;
  get(key: string): Promise<string | undefined>;
}

/** The plugins of the product but for those that write to the console or keep a log file of the agent. */
function plugins(extra: readonly Plugin[]): Plugin[] {
  const left = ["console_log", "own_log", ...extra.map(({ name }) => name)];
  return [...cimPlugins().filter(({ name }) => !left.includes(name)), ...extra];
}

export async function product(options: ProductOptions = {}): Promise<Product> {
  const { env = {}, mounted } = options;
  const temp = options.folder === undefined ? tempDir() : undefined;
  const folder = options.folder ?? temp!.path;
  if (mounted !== undefined) {
    await Deno.mkdir(`${folder}/conf`, { recursive: true });
    await Deno.writeTextFile(`${folder}/conf/cim.json`, mounted);
  }
  const calls: Product["calls"] = [];
  const app = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await request.text();
    calls.push({ path: new URL(request.url).pathname, body });
    const reply = (document: unknown) =>
      agent.get(natsServerToken).publish("CONFIG", textCodec.encode(JSON.stringify(document)));
    const copy = new Request(request.url, { method: "POST", body });
    if (options.app) return await options.app(copy, reply);
    const { pathname } = new URL(request.url);
    if (pathname === "/updateConfig") reply({ ...JSON.parse(body), status: "success" });
    if (pathname.endsWith("/shutdown")) {
      const parts = { eventName: "ShutdownSuccess", eventTime: 1n };
      agent.get(natsServerToken).publish("EVENT", buildEvent(parts));
    }
    return new Response();
  });
  const given = sourcesFrom({
    env: {
      CIM_REST_PORT: "0",
      CIM_NATS_PORT: "0",
      CIM_PATHS_CONF: `${folder}/conf`,
      CIM_PATHS_CONFIG: `${folder}/config`,
      CIM_PATHS_LOGS: `${folder}/logs`,
      CIM_PATHS_DATA: `${folder}/data`,
      CIM_APP_PORT: String(app.addr.port),
      CIM_IDENTITY_PODINFO: `${folder}/podinfo`,
      CIM_IDENTITY_MICROSERVICE: "amf",
      CIM_IDENTITY_VERSION: "v1",
      K8S_NAMESPACE: "ns1",
      K8S_POD_ID: "amf-0",
      ...env,
    },
    envPrefix,
    readText: () => undefined,
  });
  const { sources } = deriveSources(given, () => undefined);
  const logs = recordingLogs();
  const agent = createAgent({
    plugins: plugins(options.extra ?? []),
    sources,
    logs: logs.registry,
  });
  await agent.start();
  const url = `http://127.0.0.1:${agent.get(httpToken).port}`;
  const { store: kv } = agent.get(configStoreToken);
  return {
    agent,
    url,
    nats: agent.get(natsServerToken),
    folder,
    logs,
    calls,
    register: (body = { container_name: "amf", container_id: "c1" }) =>
      fetch(`${url}/api/v1/_operations/xgvela/register`, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    async put(key, value, ttlMs) {
      await kv.put(key, textCodec.encode(value), ttlMs === undefined ? {} : { ttlMs });
    },
    async get(key) {
      const entry = await kv.get(key);
      return entry && textCodec.decode(entry.value);
    },
    async [Symbol.asyncDispose]() {
      await agent.stop();
      await app.shutdown();
      temp?.[Symbol.dispose]();
    },
  };
}

/** Waits until the probe returns something other than undefined and false; at most thirty seconds. */
export async function eventually<T>(
  probe: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  return await until<T | undefined | false>("the expected state", probe) as T;
}
