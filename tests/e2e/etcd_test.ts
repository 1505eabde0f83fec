import assert from "node:assert/strict";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { connectNats } from "../../plugins/nats/mod.ts";
import { requirePrivate, startPrivate } from "../integration/_servers.ts";
import { changeSets, commitKey, freePort, startAgent } from "./_agent.ts";
import { fakeApp } from "./_app.ts";
import { isBinary } from "./_program.ts";
import { until } from "./_until.ts";

const { ignore } = requirePrivate("etcd");

Deno.test("D-64 the agent starts, serves and is ready while etcd does not answer, and says so", async () => {
  const endpoint = `127.0.0.1:${freePort()}`;
  await using agent = await startAgent({
    ready: false,
    config: { etcd: { endpoints: [endpoint] } },
  });
  const status = await until("the agent is ready and etcd degraded", async () => {
    if ((await agent.get("/readiness")).status !== 200) return undefined;
    const { text } = await agent.get("/api/v1/status");
    const { plugins } = JSON.parse(text) as { plugins: { name: string; state: string }[] };
    const state = (name: string) => plugins.find((plugin) => plugin.name === name)?.state;
    return state("etcd") === "degraded" ? state : undefined;
  });
  assert.equal(status("nats_server"), "ok");
  assert.equal((await agent.get("/liveness")).status, 200);
  // The application is served without etcd; the answer says what is missing.
  const readiness = await agent.get("/readiness");
  assert.equal(readiness.status, 200, readiness.text);
  const { PluginStatus: found } = JSON.parse(readiness.text);
  assert.equal(found.etcd.degraded, true);
  assert.match(found.etcd.reason, /check etcd\.endpoints/);
  await using nats = await connectNats(agent.natsUrl);
  await nats.flush();
  const { code, err } = await agent.stop();
  assert.equal(code, 0, err);
});

Deno.test({
  name:
    "change-sets in a real etcd reach the application and are committed there, also those put first",
  // The stand-in that compiles without downloads has a runtime that does not speak gRPC well.
  ignore: ignore || isBinary,
  async fn() {
    await using server = await startPrivate("etcd");
    await using store = new EtcdStore({ endpoints: [server.url] });
    const put = (revision: number) =>
      store.put(`${changeSets}/amf.json/${revision}`, new TextEncoder().encode("[]"));
    const committed = async (revision: number) => {
      const entry = await store.get(commitKey);
      return entry && new TextDecoder().decode(entry.value) === `${revision}` || undefined;
    };
    await put(2);
    await using app = fakeApp();
    await using agent = await startAgent({
      config: { app: { port: app.port }, etcd: { endpoints: [server.url] } },
    });
    await app.register(agent);
    await using nats = await connectNats(agent.natsUrl);
    for (const revision of [2, 3]) {
      if (revision > 2) await put(revision);
      await until(
        `update ${revision}`,
        () => app.requests("updateConfig").length >= revision - 1 || undefined,
      );
      nats.publish(
        "CONFIG",
        app.reply(`${changeSets}/amf.json/${revision}`, `${revision}`, "success"),
      );
      await until(`commit ${revision}`, () => committed(revision));
    }
    assert.equal(app.requests("updateConfig").length, 2);
    assert.equal((await agent.stop()).code, 0);
  },
});
