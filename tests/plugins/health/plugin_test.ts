import assert from "node:assert/strict";
import { definePlugin, type Plugin, type StatusReporter } from "../../../core/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { health } from "../../../plugins/health/mod.ts";
import { http, httpToken } from "../../../plugins/http/mod.ts";
import { prometheus } from "../../../plugins/prometheus/mod.ts";

/** A plugin whose state the test sets. */
function store(): { plugin: Plugin; report: StatusReporter } {
  const held: { status?: StatusReporter } = {};
  const plugin = definePlugin({
    name: "store",
    init: ({ status }) => {
      held.status = status;
    },
  });
  const of = () => held.status!;
  const report: StatusReporter = {
    ok: (reason) => of().ok(reason),
    degraded: (reason) => of().degraded(reason),
    error: (reason) => of().error(reason),
    disabled: (reason) => of().disabled(reason),
    init: (reason) => of().init(reason),
  };
  return { plugin, report };
}

async function started(plugins: readonly Plugin[], config: Record<string, unknown> = {}) {
  const kit = harness({
    plugins: [http(), prometheus(), ...plugins],
    config: { rest: { port: 0 }, metrics: { runtime: false }, health: config },
  });
  await kit.agent.start();
  return kit;
}

function get({ agent }: Harness, path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${agent.get(httpToken).port}${path}`, init);
}

async function statusAndBody(kit: Harness, path: string) {
  const response = await get(kit, path);
  return [response.status, await response.json()] as const;
}

Deno.test("health() answers 200 on both probes when every plugin is ok", async () => {
  await using kit = await started([health({ buildDate: "today", commitHash: "abc" })]);
  for (const path of ["/liveness", "/readiness"]) {
    const [status, body] = await statusAndBody(kit, path);
    assert.equal(status, 200);
    const { PluginStatus, ...agent } = body;
    const now = Math.floor(kit.clock.now() / 1_000);
    assert.deepEqual(agent, {
      build_version: "0.0.0",
      build_date: "today",
      state: 1,
      start_time: now,
      last_change: now,
      last_update: now,
      commit_hash: "abc",
      NonFatalPlugins: [],
    });
    assert.deepEqual(PluginStatus.http, { state: 1, last_change: now, last_update: now });
  }
});

Deno.test("D-PR-4 a store outage fails readiness and not liveness", async () => {
  const { plugin, report } = store();
  await using kit = await started([health(), plugin]);
  report.error("no endpoint answers");
  assert.equal((await statusAndBody(kit, "/liveness"))[0], 200);
  const [status, body] = await statusAndBody(kit, "/readiness");
  assert.equal(status, 500);
  assert.equal(body.state, 2);
  assert.equal(body.reason, "store: no endpoint answers");
  assert.equal(body.PluginStatus.store.error, "no endpoint answers");
});

Deno.test("D-SC-1 an ok of one plugin does not hide the error of another", async () => {
  const { plugin, report } = store();
  await using kit = await started([health(), plugin]);
  report.error("down");
  kit.agent.status.register("late").ok();
  assert.equal((await statusAndBody(kit, "/readiness"))[0], 500);
});

Deno.test("D-SC-3 a plugin that is registered late and starts makes the agent unready", async () => {
  await using kit = await started([health()]);
  const late = kit.agent.status.register("late");
  const [status, body] = await statusAndBody(kit, "/readiness");
  assert.equal(status, 500);
  assert.equal(body.state, 0);
  late.ok();
  assert.equal((await statusAndBody(kit, "/readiness"))[0], 200);
});

Deno.test("health() stays ready and lists the plugin as degraded when a non-fatal plugin fails", async () => {
  const { plugin, report } = store();
  await using kit = await started([health(), plugin], { non_fatal: ["store"] });
  report.error("down");
  const [status, body] = await statusAndBody(kit, "/readiness");
  assert.equal(status, 200);
  assert.deepEqual(body.NonFatalPlugins, ["store"]);
  assert.equal(body.PluginStatus.store.state, 2);
});

Deno.test("health() warns about a non-fatal name that no plugin has", async () => {
  await using kit = await started([health()], { non_fatal: ["stoer"] });
  const [entry] = kit.logs.entries.filter(({ message }) => message.includes("health.non_fatal"));
  assert.deepEqual([entry.level, entry.fields], ["warn", { plugin: "stoer" }]);
});

Deno.test("health() is unready from the moment that stopping begins", async () => {
  const { promise: stopping, resolve: onStopping } = Promise.withResolvers<void>();
  const { promise: release, resolve: onRelease } = Promise.withResolvers<void>();
  const last = definePlugin({
    name: "last",
    requires: [httpToken],
    init: () => undefined,
    async close() {
      onStopping();
      await release;
    },
  });
  const kit = await started([health(), last]);
  const stopped = kit.agent.stop();
  await stopping;
  const [status, body] = await statusAndBody(kit, "/readiness");
  assert.equal(status, 500);
  assert.equal(body.reason, "stopping");
  assert.equal((await statusAndBody(kit, "/liveness"))[0], 200);
  onRelease();
  await stopped;
});

Deno.test("D-PR-5 probes answer HEAD and are kept by no cache", async () => {
  await using kit = await started([health()]);
  const response = await get(kit, "/readiness", { method: "HEAD" });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("cache-control"), "no-store");
  assert.equal(response.headers.get("content-type"), "application/json");
  assert.equal(await response.text(), "");
});

Deno.test("health() shows each plugin's state, time and reason of its last change, and duration of its start", async () => {
  const { plugin, report } = store();
  await using kit = await started([health(), plugin]);
  await kit.clock.advance(5_000);
  report.error("down");
  const [status, body] = await statusAndBody(kit, "/api/v1/status");
  assert.equal(status, 200);
  assert.equal(body.state, "error");
  assert.equal(body.started, "2026-01-01T00:00:00.000Z");
  const { start_ms, ...row } = body.plugins.find(({ name }: { name: string }) => name === "store");
  assert.deepEqual(Object.keys(start_ms), ["init", "after_init"]);
  assert.deepEqual(row, {
    name: "store",
    state: "error",
    since: "2026-01-01T00:00:05.000Z",
    reason: "down",
    updated: "2026-01-01T00:00:05.000Z",
    history: [
      { state: "init", since: "2026-01-01T00:00:00.000Z", reason: "" },
      { state: "ok", since: "2026-01-01T00:00:00.000Z", reason: "" },
      { state: "error", since: "2026-01-01T00:00:05.000Z", reason: "down" },
    ],
  });
});

Deno.test("health() shows a degraded plugin with its reason and stays ready", async () => {
  const { plugin, report } = store();
  await using kit = await started([health(), plugin]);
  await kit.clock.advance(5_000);
  report.degraded("2 change-sets wait");
  assert.equal((await statusAndBody(kit, "/readiness"))[0], 200);
  const [, body] = await statusAndBody(kit, "/api/v1/status");
  const change = { state: "degraded", since: "2026-01-01T00:00:05.000Z" };
  const { state, since, reason, degraded } = body;
  assert.deepEqual({ state, since }, change);
  assert.equal(reason, "store: 2 change-sets wait");
  assert.deepEqual(degraded, ["store"]);
  const row = body.plugins.find(({ name }: { name: string }) => name === "store");
  assert.deepEqual(
    { state: row.state, since: row.since, reason: row.reason },
    { ...change, reason: "2 change-sets wait" },
  );
});

Deno.test("D-PR-3 the registry /health is served and shows agent, plugins and build", async () => {
  const { plugin, report } = store();
  await using kit = await started([health({ buildDate: "today" }), plugin]);
  report.error("down");
  const text = await (await get(kit, "/health")).text();
  assert.match(text, /^service_health\{service="agent"\} 2$/m);
  assert.match(text, /^service_dependency_health\{service="agent",dependency="store"\} 2$/m);
  assert.match(text, /^service_dependency_health\{service="agent",dependency="http"\} 1$/m);
  assert.match(
    text,
    /^service_info\{service="agent",build_version="0.0.0",build_date="today"\} 1$/m,
  );
});

Deno.test("D-PR-1 a plugin that is registered late gets its gauge", async () => {
  await using kit = await started([health()]);
  kit.agent.status.register("late").error("down");
  const text = await (await get(kit, "/health")).text();
  assert.match(text, /^service_dependency_health\{service="agent",dependency="late"\} 2$/m);
});

Deno.test("D-PR-2 a scrape of /health writes nothing to the log above debug", async () => {
  await using kit = await started([health()]);
  const before = kit.logs.messages("info").length;
  await (await get(kit, "/health")).text();
  assert.equal(kit.logs.messages("info").length, before);
  assert.deepEqual(kit.logs.messages("warn"), []);
});

Deno.test("health() serves the probes without prometheus", async () => {
  await using kit = harness({ plugins: [http(), health()], config: { rest: { port: 0 } } });
  await kit.agent.start();
  assert.equal((await statusAndBody(kit, "/readiness"))[0], 200);
  assert.equal((await statusAndBody(kit, "/health"))[0], 404);
});
