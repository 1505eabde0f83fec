import assert from "node:assert/strict";
import { textCodec } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { appClient, appClientToken } from "../../../cim/app_client/mod.ts";
import { paths } from "../../../cim/paths/mod.ts";
import { cimSettingsToken, defaultSettings, settings } from "../../../cim/settings/mod.ts";

const body = textCodec.encode("{}");

/** Serves on a free port of the range that `app_port` may have. */
function serveInRange(from: number, status: number): Deno.HttpServer<Deno.NetAddr> {
  for (let port = from; port <= 10_000; port++) {
    try {
      return Deno.serve(
        { hostname: "127.0.0.1", port, onListen() {} },
        () => new Response(null, { status }),
      );
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
  throw new Error("No port of the range is free");
}

function withApp(app_port: number, http2_enabled = false) {
  const { cimConfig } = defaultSettings();
  return { cimConfig: { ...cimConfig, app_settings: { app_port, http2_enabled } } };
}

async function started(env: Record<string, string> = {}) {
  const test = harness({
    plugins: [paths(), settings(), appClient()],
    env: { CIM_PATHS_CONF: "/does/not/exist", CIM_PATHS_CONFIG: "/does/not/exist", ...env },
    envPrefix: "CIM_",
  });
  await test.agent.start();
  return test;
}

Deno.test("D-30 a change of app_port and http2_enabled applies from the next call on", async () => {
  await using first = serveInRange(7_100, 201);
  await using second = serveInRange(7_200, 202);
  await using test = await started();
  const { agent } = test;
  const client = agent.get(appClientToken);
  await agent.get(cimSettingsToken).apply(withApp(first.addr.port));
  assert.deepEqual(await client.post("/x", body), { kind: "answered", status: 201 });
  await agent.get(cimSettingsToken).apply(withApp(second.addr.port, true));
  assert.deepEqual(await client.post("/x", body), { kind: "answered", status: 202 });
});

Deno.test("app.port overrides app_settings.app_port", async () => {
  await using app = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(),
  );
  await using test = await started({ CIM_APP_PORT: String(app.addr.port) });
  const outcome = await test.agent.get(appClientToken).post("/x", body);
  assert.equal(outcome.kind, "answered");
});

Deno.test("calls are counted by outcome", async () => {
  await using test = await started({ CIM_APP_PORT: "1" });
  await test.agent.get(appClientToken).post("/x", body);
  const family = test.agent.metrics.families()
    .find(({ name }) => name === "cim_app_requests_total");
  assert(family && family.type === "counter");
  const samples = family.collect();
  assert(typeof samples !== "number");
  const counts = Object.fromEntries(
    [...samples].map(({ labels, value }) => [labels?.outcome, value]),
  );
  assert.deepEqual(counts, { answered: 0, unreached: 1, broken: 0, unanswered: 0 });
});

Deno.test("the status is degraded while calls are not answered, and ok again after an answer", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await using test = await started({ CIM_APP_PORT: String(port) });
  const { agent } = test;
  const client = agent.get(appClientToken);
  const status = () => agent.status.plugin("app_client");
  assert.equal(status()?.state, "ok");
  await client.post("/x", body);
  assert.equal(status()?.state, "degraded");
  const { reason } = status()!;
  assert.match(
    reason,
    /^The application on port \d+ does not answer since 20\d\d-.*Z: .*ECONNREFUSED/,
  );
  await client.post("/x", body);
  assert.equal(status()?.reason, reason);
  await using _app = Deno.serve(
    { hostname: "127.0.0.1", port, onListen() {} },
    () => new Response(null, { status: 500 }),
  );
  await client.post("/x", body);
  assert.equal(status()?.state, "ok");
});
