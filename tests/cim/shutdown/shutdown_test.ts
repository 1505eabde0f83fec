import assert from "node:assert/strict";
import { buildEvent, buildLogMessage } from "../../_support/wire_messages.ts";
import { ownEvents } from "../_own_events.ts";
import { eventually, product } from "../_product.ts";
import { RawClient } from "../../_support/raw_client.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { natsServerToken } from "../../../plugins/nats_server/mod.ts";

const shutdownPath = "/api/v1/_operations/shutdown";

Deno.test("shutdown() requests the shutdown once and waits for the report", async () => {
  let reported = false;
  await using cim = await product({
    app() {
      setTimeout(() => {
        reported = true;
        cim.nats.publish("EVENT", buildEvent({ eventName: "ShutdownFailure", eventTime: 1n }));
      }, 100);
      return new Response();
    },
  });
  await cim.agent.stop();
  assert(reported);
  assert.deepEqual(cim.calls.map(({ path }) => path), [shutdownPath]);
  assert.equal(cim.calls[0].body, "");
});

Deno.test("D-102 shutdown() takes any 2xx as acceptance", async () => {
  await using cim = await product({
    app() {
      const parts = { eventName: "ShutdownSuccess", eventTime: 1n };
      setTimeout(() => cim.nats.publish("EVENT", buildEvent(parts)), 50);
      return new Response(null, { status: 204 });
    },
  });
  await cim.agent.stop();
  assert(cim.logs.messages("info").includes("Application shut down"));
});

Deno.test("shutdown() does not wait for an application that refuses", async () => {
  await using cim = await product({ app: () => new Response(null, { status: 409 }) });
  await cim.agent.stop();
  assert(cim.logs.messages("warn").includes("Application refused to shut down"));
});

Deno.test("D-98 shutdown() stops waiting at the deadline when the application never reports", async () => {
  await using cim = await product({ app: () => new Response() });
  await cim.agent.stop({ budget: 500 });
  const entry = cim.logs.entries.find(({ message }) => message === "Application shut down");
  assert.equal(entry?.fields.result, "silent");
});

Deno.test("D-99 shutdown() lets a reply during the shutdown of the application be committed", async () => {
  const key = "change-set/ns1/amf/v1/ms/amf.json/5";
  using dir = tempDir();
  const folder = dir.path;
  {
    await using cim = await product({
      folder,
      app(request, reply) {
        if (!request.url.endsWith("/shutdown")) return new Response();
        reply({ "change-set-key": key, revision: "5", status: "success" });
        const parts = { eventName: "ShutdownSuccess", eventTime: 1n };
        cim.nats.publish("EVENT", buildEvent(parts));
        return new Response();
      },
    });
    await (await cim.register()).body?.cancel();
    await cim.put(key, "[]");
    await eventually(() => cim.calls.length > 0);
  }
  await using cim = await product({ folder });
  assert.equal(await cim.get("commit-config/ns1/amf/v1/ms/amf-0"), "5");
});

Deno.test("D-100 shutdown() lets a line published during the shutdown of the application be written", async () => {
  using dir = tempDir();
  const folder = dir.path;
  {
    await using cim = await product({
      folder,
      app() {
        const line = { containerId: "c1", containerName: "amf", payload: "last words" };
        cim.nats.publish("LOG", buildLogMessage(line));
        const parts = { eventName: "ShutdownSuccess", eventTime: 1n };
        cim.nats.publish("EVENT", buildEvent(parts));
        return new Response();
      },
    });
  }
  const text = await Deno.readTextFile(`${folder}/logs/amf-0_ns1_amf-c1.log`);
  assert.equal(text, "last words\n");
});

Deno.test("shutdown() leaves time for draining when the store is not reachable", async () => {
  using dir = tempDir();
  const folder = dir.path;
  {
    const env = { CIM_ETCD_ENDPOINTS: "127.0.0.1:1", MS_CONFIG_REVISION: "7" };
    await using cim = await product({ folder, env });
    await (await cim.register()).body?.cancel();
    const line = { containerId: "c1", containerName: "amf", payload: "written" };
    cim.nats.publish("LOG", buildLogMessage(line));
    await cim.agent.stop({ budget: 2_000 });
  }
  const text = await Deno.readTextFile(`${folder}/logs/amf-0_ns1_amf-c1.log`);
  assert.equal(text, "written\n");
});

Deno.test("shutdown() leaves time for writing when a client stays connected", async () => {
  using dir = tempDir();
  const folder = dir.path;
  {
    await using cim = await product({ folder, app: () => new Response() });
    using client = await RawClient.open(cim.agent.get(natsServerToken).port!);
    await client.send("CONNECT {}\r\nPING\r\n");
    await client.until("PONG");
    const line = { containerId: "c1", containerName: "amf", payload: "written" };
    cim.nats.publish("LOG", buildLogMessage(line));
    await cim.agent.stop({ budget: 1_000 });
  }
  const text = await Deno.readTextFile(`${folder}/logs/amf-0_ns1_amf-c1.log`);
  assert.equal(text, "written\n");
});

for (
  const [reason, signal, status] of [
    ["SIGTERM", "terminated", 204],
    ["SIGINT", "interrupt", 500],
    ["SIGHUP", "hangup", 409],
    ["the parent process ended", "the parent process ended", 200],
  ] as const
) {
  Deno.test(`8.3 shutdown() raises ApplicationShutdownInitiated for ${reason} and status ${status}`, async () => {
    using dir = tempDir();
    const folder = dir.path;
    {
      await using cim = await product({ folder, app: () => new Response(null, { status }) });
      await (await cim.register()).body?.cancel();
      await cim.agent.stop({ reason, budget: 1_000 });
    }
    const [event, ...others] = await ownEvents(folder);
    assert.deepEqual(others, []);
    const isAccepted = status < 300;
    assert.deepEqual(
      [event.eventName, event.managedObject, event.containerId],
      ["ApplicationShutdownInitiated", null, "c1"],
    );
    assert.deepEqual(event.additionalInfo, [
      { name: "status", value: isAccepted ? "success" : "failure" },
      { name: "reason", value: "cim_termination" },
      { name: "signal", value: signal },
      {
        name: "description",
        value: `Application shutdown ${
          isAccepted ? "initiated successfully" : "initiation failed"
        }`,
      },
    ]);
  });
}

Deno.test("8.3 shutdown() raises no event when the application does not answer", async () => {
  using dir = tempDir();
  const folder = dir.path;
  {
    await using cim = await product({ folder, env: { CIM_APP_PORT: "1" } });
    await cim.agent.stop({ reason: "SIGTERM", budget: 1_000 });
  }
  assert.deepEqual(await ownEvents(folder), []);
});
