/**
 * How long a change-set takes from the put into the store to the application's HTTP request, for the embedded
 * store and for a real etcd (`CIM_TEST_ETCD`). Beside it: the put's own acknowledgement, of which nothing here is
 * the agent's. One change-set at a time, each committed before the next.
 *
 * @module
 */
import { connectNats, type NatsClient } from "../../plugins/nats/mod.ts";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { AgentProcess, fromSource } from "./_agent_process.ts";
import type { BenchReporter } from "./_reporter.ts";

const runs = 5;
const pushesPerRun = 100;
/** Change-sets before the first measured one. */
const warmUp = 50;

/** The store as the configuration service sees it. */
interface PushStore extends AsyncDisposable {
  put(key: string, value: Uint8Array): Promise<unknown>;
  get(key: string): Promise<string | undefined>;
}

/** Aims in milliseconds. */
interface Aims {
  readonly p50: number;
  readonly p99: number;
}

/** Measures. */
export async function run(report: BenchReporter): Promise<void> {
  await measure(report, "localkv", {}, { p50: 1, p99: 3 }, (agent) => restStore(agent.rest));
  const endpoint = Deno.env.get("CIM_TEST_ETCD");
  if (!endpoint) return report.note("etcd was left out: set CIM_TEST_ETCD");
  const settings = { CIM_ETCD_ENDPOINTS: endpoint };
  await measure(report, "etcd", settings, { p50: 2, p99: 6 }, () => etcdStore(endpoint));
}

async function measure(
  report: BenchReporter,
  name: string,
  settings: Readonly<Record<string, string>>,
  aims: Aims,
  open: (agent: AgentProcess) => PushStore,
): Promise<void> {
  // A namespace of its own, for the server may hold those of earlier runs.
  const namespace = `bench${Date.now()}`;
  const waiting = new Map<string, (at: number) => void>();
  await using app = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const at = performance.now();
      const body = await request.text();
      if (request.url.endsWith("/updateConfig")) {
        const { "change-set-key": key } = JSON.parse(body) as { "change-set-key": string };
        waiting.get(key)?.(at);
      }
      return new Response(null);
    },
  );
  await using agent = AgentProcess.spawn(fromSource, {
    CIM_IDENTITY_NAMESPACE: namespace,
    CIM_IDENTITY_POD_NAME: "bench-0",
    CIM_IDENTITY_MICROSERVICE: "bench",
    CIM_IDENTITY_VERSION: "v1",
    CIM_APP_PORT: `${app.addr.port}`,
    CIM_SHUTDOWN_GRACE: "1s",
    CIM_OWN_LOG_LEVEL: "warn",
    ...settings,
  });
  await agent.ready();
  await register(agent.rest);
  await using nats = await connectNats(`nats://127.0.0.1:${agent.nats}`);
  await using store = open(agent);

  const scope = `${namespace}/bench/v1/ms`;
  let revision = 0;

  async function push(): Promise<{ putMs: number; pushMs: number }> {
    const key = `change-set/${scope}/app.json/${++revision}`;
    const received = Promise.withResolvers<number>();
    waiting.set(key, received.resolve);
    const begun = performance.now();
    const put = store.put(key, new TextEncoder().encode("[]")).then(() => performance.now());
    const [putAt, receivedAt] = await Promise.all([put, received.promise]);
    waiting.delete(key);
    answer(nats, key, revision);
    while (await store.get(`commit-config/${scope}/bench-0`) !== `${revision}`) await pause(1);
    return { putMs: putAt - begun, pushMs: receivedAt - begun };
  }

  for (let count = 0; count < warmUp; count++) await push();
  const rounds: { putMs: number[]; pushMs: number[] }[] = [];
  for (let round = 0; round < runs; round++) {
    const times: { putMs: number; pushMs: number }[] = [];
    for (let count = 0; count < pushesPerRun; count++) times.push(await push());
    rounds.push({
      putMs: times.map(({ putMs }) => putMs).sort((a, b) => a - b),
      pushMs: times.map(({ pushMs }) => pushMs).sort((a, b) => a - b),
    });
  }
  for (const [metric, part] of [["p50_ms", 0.5], ["p99_ms", 0.99]] as const) {
    const at = (times: readonly number[]) => times[Math.ceil(part * times.length) - 1];
    report.record(
      { case: `${name}: put to request`, metric, unit: "ms" },
      rounds.map(({ pushMs }) => at(pushMs)),
      { name: "aim", value: metric === "p50_ms" ? aims.p50 : aims.p99 },
    );
    report.record(
      { case: `${name}: put acknowledged`, metric, unit: "ms" },
      rounds.map(({ putMs }) => at(putMs)),
    );
  }
}

function restStore(port: number): PushStore {
  const base = `http://127.0.0.1:${port}/api/v1/kv`;
  return {
    async put(key, value) {
      const body = new Uint8Array(value);
      const response = await fetch(`${base}/${key}?ttl=60s`, { method: "PUT", body });
      if (!response.ok) throw new Error(`PUT ${key}: ${response.status} ${await response.text()}`);
      await response.body?.cancel();
    },
    async get(key) {
      const response = await fetch(`${base}/${key}`);
      const text = await response.text();
      return response.ok ? text : undefined;
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function etcdStore(endpoint: string): PushStore {
  const store = new EtcdStore({ endpoints: [endpoint] });
  return {
    put: (key, value) => store.put(key, value),
    async get(key) {
      const entry = await store.get(key);
      return entry && new TextDecoder().decode(entry.value);
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function register(port: number): Promise<void> {
  const response = await fetch(
    `http://127.0.0.1:${port}/api/v1/_operations/xgvela/register`,
    { method: "POST", body: JSON.stringify({ container_name: "bench", container_id: "1" }) },
  );
  const text = await response.text();
  if (!response.ok) throw new Error(`Registration: ${response.status} ${text}`);
}

function answer(nats: NatsClient, key: string, revision: number): void {
  const reply = { "change-set-key": key, revision: `${revision}`, status: "success", remarks: "" };
  nats.publish("CONFIG", new TextEncoder().encode(JSON.stringify(reply)));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
