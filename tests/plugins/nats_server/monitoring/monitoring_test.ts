import assert from "node:assert/strict";
import { connzSorts } from "../../../../plugins/nats_server/mod.ts";
import { goDuration, uptimeText } from "../../../../plugins/nats_server/monitoring/time_text.ts";
import { manualClock } from "../../../../core/testing/mod.ts";
import { authenticator } from "../../../../plugins/nats_server/mod.ts";
import type { Report } from "../../../../plugins/nats_server/mod.ts";
import { ClosedConnections } from "../../../../plugins/nats_server/monitoring/closed_connections.ts";
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
  assert.deepEqual(names({ limit: -1 }), ["one", "two"]);
  assert.deepEqual(names({ offset: -5 }), ["one", "two"]);
  assert.deepEqual(names({ offset: 1_000_000 }), []);
  assert.deepEqual(names({ offset: 1 }), ["two"]);
  for (const sort of connzSorts) assert.equal(names({ sort, state: "all" }).length, 2, sort);
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

/** Names of the connections in a report. */
function names(report: Record<string, unknown>): string[] {
  return (report.connections as { name: string }[]).map(({ name }) => name);
}

Deno.test("connz() sorts by uptime, idle and rtt as nats-server does", async () => {
  const clock = manualClock();
  await using server = await startedServer({ clock, random: () => 0 });
  await using old = await RawClient.open(server.port);
  await old.until(() => old.received.endsWith("\r\n"));
  await clock.advance(50);
  await old.send('CONNECT {"verbose":false,"name":"old"}\r\n');
  await old.settle();
  await clock.advance(1_000);
  await using fresh = await RawClient.connect(server.port, { name: "fresh" });
  assert.deepEqual(names(server.monitor.connz({ sort: "uptime" })), ["fresh", "old"]);
  assert.deepEqual(names(server.monitor.connz({ sort: "idle" })), ["old", "fresh"]);
  assert.deepEqual(names(server.monitor.connz({ sort: "rtt" })), ["old", "fresh"]);
  assert.deepEqual(names(server.monitor.connz({ sort: "start" })), ["old", "fresh"]);
  await fresh.settle();
});

Deno.test("connz() lists subscription details only where there are subscriptions", async () => {
  await using server = await startedServer();
  await using one = await RawClient.connect(server.port);
  await using two = await RawClient.connect(server.port);
  await two.send("SUB a.* 1\r\nSUB b q 2\r\n");
  await two.settle();
  const [none, some] = server.monitor.connz({ subs: "detail" }).connections as Report[];
  assert.ok(!("subscriptions_list_detail" in none) && !("subscriptions_list" in none));
  assert.deepEqual(some.subscriptions_list_detail, [
    { subject: "a.*", sid: "1", msgs: 0, cid: 2 },
    { subject: "b", qgroup: "q", sid: "2", msgs: 0, cid: 2 },
  ]);
  assert.deepEqual(
    (server.monitor.connz({ filterSubject: "a.x" }).connections as Report[]).map(({ cid }) => cid),
    [2],
  );
  await one.settle();
});

Deno.test("connz() selects by id and user, and shows users only when asked, tokens never", async () => {
  const users = [{ user: "a", password: "p" }, { user: "b", password: "p" }];
  await using server = await startedServer({ authenticator: authenticator({ users }) });
  await using _a = await RawClient.connect(server.port, { user: "a", pass: "p", name: "one" });
  await using _b = await RawClient.connect(server.port, { user: "b", pass: "p", name: "two" });
  assert.deepEqual(names(server.monitor.connz({ user: "b" })), ["two"]);
  assert.deepEqual(names(server.monitor.connz({ cid: 1 })), ["one"]);
  const [shown] = server.monitor.connz({ auth: true }).connections as Report[];
  assert.equal(shown.authorized_user, "a");
  const [hidden] = server.monitor.connz().connections as Report[];
  assert.ok(!("authorized_user" in hidden));
  await using guarded = await startedServer({ authenticator: authenticator({ token: "s3cret" }) });
  await using _c = await RawClient.connect(guarded.port, { auth_token: "s3cret" });
  const [redacted] = guarded.monitor.connz({ auth: true }).connections as Report[];
  assert.equal(redacted.authorized_user, "[REDACTED]");
});

Deno.test("connz() lists closed connections with their reason and counters, at most 1,000", async () => {
  await using server = await startedServer({ limits: { maxPayloadBytes: 5 } });
  await using client = await RawClient.connect(server.port, { name: "large" });
  await client.send("SUB x 1\r\nPUB a 3\r\nabc\r\nPUB a 6\r\nabcdef\r\n");
  await client.closed();
  assert.deepEqual(names(server.monitor.connz()), []);
  const [closed] = server.monitor.connz({ state: "closed" }).connections as Report[];
  assert.equal(closed.reason, "Maximum Message Payload Exceeded");
  assert.equal(closed.in_msgs, 1);
  assert.equal(closed.subscriptions, 1);
  assert.ok("stop" in closed);
  const ring = new ClosedConnections();
  const record = { ...recordlike, cid: 0 };
  for (let cid = 1; cid <= 1_500; cid++) ring.add({ ...record, cid });
  assert.equal(ring.all.length, 1_000);
  assert.equal(Math.min(...ring.all.map(({ cid }) => cid)), 501);
});

const recordlike = {
  startMs: 0,
  stopMs: 0,
  reason: "",
  lastMs: 0,
  roundTripMs: 0,
  pendingBytes: 0,
  inMessages: 0,
  outMessages: 0,
  inBytes: 0,
  outBytes: 0,
  subscriptions: 0,
  user: "",
  tls: null,
  fixed: {},
};

Deno.test("subsz() has totals and cache counters, and lists what a test subject would reach", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port);
  await client.send("SUB a.* 1\r\nSUB b 2\r\nSUB a.> 3\r\nPUB a.x 0\r\n\r\nPUB a.x 0\r\n\r\n");
  await client.settle();
  const plain = server.monitor.subsz();
  assert.deepEqual(
    [plain.total, plain.num_cache, plain.max_fanout, plain.cache_hit_rate],
    [0, 1, 2, 0.5],
  );
  const tested = server.monitor.subsz({ subs: true, test: "a.x" });
  assert.equal(tested.total, 2);
  assert.deepEqual(
    (tested.subscriptions_list as { sid: string }[]).map(({ sid }) => sid),
    ["1", "3"],
  );
});

Deno.test("varz() tells messages of clients from those of this process", async () => {
  await using server = await startedServer();
  await using client = await RawClient.connect(server.port);
  await client.send("PUB a 3\r\nabc\r\n");
  await client.settle();
  server.publish("a", new Uint8Array(10));
  const { in_msgs, in_client_msgs, in_client_bytes } = server.monitor.varz();
  assert.deepEqual([in_msgs, in_client_msgs, in_client_bytes], [2, 1, 3]);
});
