import assert from "node:assert/strict";
import { textCodec } from "../../core/mod.ts";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { eventually, type Product, product } from "../cim/_product.ts";
import { freePorts, requirePrivate, startPrivate } from "../integration/_servers.ts";
import { cuttableProxy } from "./_cuttable_proxy.ts";

const { ignore } = requirePrivate("etcd");
const commit = "commit-config/ns1/amf/v1/ms/amf-0";

function connect(port: number): EtcdStore {
  return new EtcdStore({ endpoints: [`127.0.0.1:${port}`], operationTimeoutMs: 1_000 });
}

function withEtcd(port: number) {
  return { CIM_ETCD_ENDPOINTS: `127.0.0.1:${port}`, CIM_ETCD_OPERATION_TIMEOUT: "1s" };
}

/** Writes change-sets of `amf.json`, each in a transaction of its own. */
async function write(cmaas: EtcdStore, ...revisions: number[]): Promise<void> {
  for (const revision of revisions) {
    const key = `change-set/ns1/amf/v1/ms/amf.json/${revision}`;
    await cmaas.put(key, textCodec.encode("[]"), { ttlMs: 120_000 });
  }
}

async function committed(store: EtcdStore): Promise<string | undefined> {
  try {
    const entry = await store.get(commit);
    return entry && textCodec.decode(entry.value);
  } catch {
    return undefined;
  }
}

function pushed({ calls }: Product): string[] {
  return calls.filter(({ path }) => path === "/updateConfig")
    .map(({ body }) => JSON.parse(body).revision);
}

async function register(cim: Product): Promise<void> {
  const response = await cim.register();
  await response.body?.cancel();
  assert.equal(response.status, 200);
}

Deno.test({
  name: "D-16 the agent starts and registers without etcd, and delivers once it runs",
  ignore,
  async fn() {
    const port = freePorts();
    await using cim = await product({ env: { ...withEtcd(port), MS_CONFIG_REVISION: "3" } });
    await register(cim);
    assert.equal(cim.agent.status.plugin("config_push")?.state, "degraded");
    await using _server = await startPrivate("etcd", { port });
    await using cmaas = connect(port);
    assert.equal(await eventually(() => committed(cmaas)), "3");
    await write(cmaas, 4, 5);
    await eventually(async () => await committed(cmaas) === "5");
    assert.deepEqual(pushed(cim), ["4", "5"]);
    await eventually(() => cim.agent.status.plugin("config_push")?.state === "ok");
  },
});

Deno.test({
  name: "D-17 C2-22: change-sets written during an outage of etcd are delivered in order, once",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using proxy = cuttableProxy(server.port);
    await using cmaas = connect(server.port);
    await using cim = await product({ env: withEtcd(proxy.port) });
    await register(cim);
    await write(cmaas, 1);
    await eventually(async () => await committed(cmaas) === "1");
    proxy.cut();
    await server.kill();
    await server.restart();
    await eventually(async () => await committed(cmaas) === "1");
    await write(cmaas, 2, 3, 4);
    proxy.mend();
    await eventually(async () => await committed(cmaas) === "4");
    assert.deepEqual(pushed(cim), ["1", "2", "3", "4"]);
  },
});

Deno.test({
  name:
    "D-18 C2-23: change-sets are delivered in order, once, after the history was compacted during an outage",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using proxy = cuttableProxy(server.port);
    await using cmaas = connect(server.port);
    await using cim = await product({ env: withEtcd(proxy.port) });
    await register(cim);
    await write(cmaas, 1);
    await eventually(async () => await committed(cmaas) === "1");
    proxy.cut();
    await write(cmaas, 2, 10, 9);
    await cmaas.compact(await cmaas.revision());
    proxy.mend();
    await eventually(async () => await committed(cmaas) === "10");
    assert.deepEqual(pushed(cim), ["1", "2", "9", "10"]);
    const metrics = await (await fetch(`${cim.url}/metrics`)).text();
    assert.match(metrics, /^cim_config_push_resyncs_total [1-9]/m);
  },
});

Deno.test({
  name: "D-4 a verdict that cannot be committed is committed when etcd is back",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using cmaas = connect(server.port);
    const answer = Promise.withResolvers<void>();
    await using cim = await product({
      env: withEtcd(server.port),
      async app(request, reply) {
        if (!request.url.endsWith("/updateConfig")) return new Response(null, { status: 409 });
        const body = await request.json();
        await answer.promise;
        reply({ ...body, status: "success" });
        return new Response();
      },
    });
    await register(cim);
    await write(cmaas, 1);
    await eventually(() => cim.calls.length === 1);
    await server.kill();
    answer.resolve();
    await eventually(() => {
      const failures = cim.logs.messages("warn").filter((text) =>
        text.startsWith("Cannot commit 1")
      );
      return failures.length > 0;
    });
    assert.equal(cim.agent.state, "running");
    await server.restart();
    await eventually(async () => await committed(cmaas) === "1");
    assert.equal(cim.calls.filter(({ path }) => path === "/updateConfig").length, 1);
  },
});

Deno.test({
  name: "C2-24: a frozen etcd is reported, and later change-sets are delivered",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using cmaas = connect(server.port);
    await using cim = await product({ env: withEtcd(server.port) });
    await register(cim);
    await write(cmaas, 1);
    await eventually(async () => await committed(cmaas) === "1");
    server.freeze();
    await eventually(() => cim.agent.status.plugin("config_push")?.state === "degraded");
    server.thaw();
    await eventually(() => cim.agent.status.plugin("config_push")?.state === "ok");
    await write(cmaas, 2);
    await eventually(async () => await committed(cmaas) === "2");
    assert.deepEqual(pushed(cim), ["1", "2"]);
  },
});

/** An agent whose application answers each push with the status given for its revision. */
async function withStatuses(port: number, statuses: Readonly<Record<string, string>>) {
  const gate = Promise.withResolvers<void>();
  const cim = await product({
    env: withEtcd(port),
    async app(request, reply) {
      if (!request.url.endsWith("/updateConfig")) return new Response(null, { status: 409 });
      const body = await request.json();
      await gate.promise;
      reply({ ...body, status: statuses[body.revision] ?? "success" });
      return new Response();
    },
  });
  await register(cim);
  return { cim, open: gate.resolve };
}

/** Every value that the commit key has had, from the history of etcd. */
async function commitHistory(store: EtcdStore): Promise<string[]> {
  const values: string[] = [];
  const last = await store.revision();
  for (let revision = 1; revision <= last; revision++) {
    for await (const entry of store.list(commit, { revision })) {
      if (entry.key === commit && entry.revision === revision) {
        values.push(textCodec.decode(entry.value));
      }
    }
  }
  return values;
}

Deno.test({
  name:
    "T9 a failure during an outage of etcd is in the history of the commit key before the newest value",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using cmaas = connect(server.port);
    const { cim, open } = await withStatuses(server.port, { "6": "failure" });
    await using _ = cim;
    await write(cmaas, 5, 6, 7);
    await eventually(() => cim.calls.length === 1);
    await server.kill();
    open();
    await eventually(() => pushed(cim).length === 3);
    await eventually(() =>
      cim.logs.messages("warn").some((text) => text.startsWith("Cannot commit"))
    );
    await server.restart();
    await eventually(async () => await committed(cmaas) === "7");
    const history = await commitHistory(cmaas);
    assert.deepEqual(history.slice(-2), ["-1", "7"], history.join(" "));
    const { changes } = await (await fetch(`${cim.url}/api/v1/config/changes`)).json();
    const failed = changes.find(({ revision }: { revision: number }) => revision === 6);
    assert.deepEqual([failed.state, failed.verdict], ["committed", "failed"]);
  },
});

Deno.test({
  name:
    "a change-set applied during an outage longer than its lease is committed, for etcd renewed the lease",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using cmaas = connect(server.port);
    const { cim, open } = await withStatuses(server.port, {});
    await using _ = cim;
    const key = "change-set/ns1/amf/v1/ms/amf.json/5";
    await cmaas.put(key, textCodec.encode("[]"), { ttlMs: 6_000 });
    await eventually(() => cim.calls.length === 1);
    await server.kill();
    open();
    // Longer than the lease: etcd grants it anew when it starts.
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    await server.restart();
    await eventually(async () => await committed(cmaas) === "5");
    assert.notEqual(await cmaas.get(key), undefined);
  },
});

Deno.test({
  name: "a change-set not delivered before an outage longer than its lease is sent after it",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using cmaas = connect(server.port);
    let isDown = true;
    await using cim = await product({
      env: withEtcd(server.port),
      async app(request, reply) {
        if (!request.url.endsWith("/updateConfig")) return new Response(null, { status: 409 });
        if (isDown) return new Response(null, { status: 503 });
        reply({ ...await request.json(), status: "success" });
        return new Response();
      },
    });
    await register(cim);
    const key = "change-set/ns1/amf/v1/ms/amf.json/5";
    await cmaas.put(key, textCodec.encode("[]"), { ttlMs: 10_000 });
    await eventually(() => pushed(cim).length > 0);
    await server.kill();
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    isDown = false;
    await server.restart();
    await eventually(async () => await committed(cmaas) === "5");
  },
});

Deno.test({
  name:
    "a change-set that expires unsent does not settle lower revisions after a restart of the agent",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using cmaas = connect(server.port);
    const folder = await Deno.makeTempDir();
    try {
      {
        await using before = await product({ env: withEtcd(server.port), folder });
        await write(cmaas, 5, 6, 7);
        await eventually(() => before.agent.status.plugin("config_push")?.state === "degraded");
        await cmaas.delete("change-set/ns1/amf/v1/ms/amf.json/7");
        await eventually(async () => {
          const { changes } = await (await fetch(`${before.url}/api/v1/config/changes`)).json();
          return changes[0].state === "timed_out";
        });
      }
      await using cim = await product({ env: withEtcd(server.port), folder });
      await register(cim);
      await eventually(async () => await committed(cmaas) === "6");
      assert.deepEqual(pushed(cim), ["5", "6"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
