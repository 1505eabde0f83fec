import assert from "node:assert/strict";
import { connzSorts } from "../../../../plugins/nats_server/monitoring/monitoring.ts";
import { goDuration, uptimeText } from "../../../../plugins/nats_server/monitoring/time_text.ts";
import { startedServer } from "../_net.ts";
import { RawClient } from "../_raw_client.ts";

Deno.test("varz() counts what went in and out", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port);
  await client.send("SUB a 1\r\nPUB a 3\r\nabc\r\nPUB b 1\r\nx\r\n");
  await client.settle();
  const varz = server.monitor.varz();
  assert.deepEqual(
    [
      varz.connections,
      varz.subscriptions,
      varz.in_msgs,
      varz.in_bytes,
      varz.out_msgs,
      varz.out_bytes,
    ],
    [1, 1, 2, 4, 1, 3],
  );
});

Deno.test("connz() sorts, pages and lists subscriptions", async () => {
  await using server = await startedServer();
  await using one = await RawClient.connect(server.port, {
    name: "one",
    lang: "none",
    version: "1",
  });
  await using two = await RawClient.connect(server.port, { name: "two" });
  await one.send("PUB a 1\r\nx\r\n");
  await two.send("SUB a.* 1\r\nSUB b q 2\r\nUNSUB 2 5\r\n");
  await one.settle();
  await two.settle();
  const names = (options: Parameters<typeof server.monitor.connz>[0]) =>
    (server.monitor.connz(options).connections as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(names({}), ["one", "two"]);
  assert.deepEqual(names({ sort: "subs" }), ["two", "one"]);
  assert.deepEqual(names({ sort: "msgs_from" }), ["one", "two"]);
  assert.deepEqual(names({ limit: 1 }), ["one"]);
  assert.deepEqual(names({ offset: 1 }), ["two"]);
  for (const sort of connzSorts) assert.equal(names({ sort }).length, 2, sort);
  const [, second] = server.monitor.connz({ subs: true }).connections as Record<string, unknown>[];
  assert.deepEqual(second.subscriptions_list, ["a.*", "b"]);
  assert.deepEqual(server.monitor.subsz({ subs: true }).subscriptions_list, [
    { subject: "a.*", sid: "1", msgs: 0, cid: 2 },
    { subject: "b", qgroup: "q", sid: "2", msgs: 0, max: 5, cid: 2 },
  ]);
});

Deno.test("healthz() gives the reason when the server is closed", async () => {
  const server = await startedServer();
  assert.equal(server.monitor.healthz().status, "ok");
  await server.close();
  assert.equal(server.monitor.healthz().status_code, 503);
});

Deno.test("times have the format of nats-server", () => {
  assert.deepEqual([0, 59_999, 60_000, 3_600_000, 90_061_000].map(uptimeText), [
    "0s",
    "59s",
    "1m0s",
    "1h0m0s",
    "1d1h1m1s",
  ]);
  assert.deepEqual([0.25, 1.5, 2_250].map(goDuration), ["250µs", "1.5ms", "2.25s"]);
});
