import assert from "node:assert/strict";
import { manualClock } from "../../../core/testing/mod.ts";
import { startedServer } from "./_net.ts";
import { RawClient } from "./_raw_client.ts";

const never = new AbortController().signal;

Deno.test("drain() sends INFO with ldm, keeps serving clients that understand it, and ends when they disconnect", async () => {
  const server = await startedServer({ clock: manualClock() });
  let received = 0;
  using _ = server.subscribe("a", { onMessage: () => void received++ });
  await using client = await RawClient.connect(server.port, { protocol: 1 });
  const draining = server.drain(never);
  await client.until(() => client.received.includes("PING\r\n"));
  assert.match(client.received, /INFO \{.*"ldm":true.*\} ?\r\nPING\r\n$/);
  await assert.rejects(RawClient.open(server.port), Deno.errors.ConnectionRefused);
  await client.send("PONG\r\nPUB a 1\r\nx\r\n");
  await client.settle();
  await client.send("PUB a 1\r\ny\r\n");
  await client.settle();
  assert.equal(received, 2);
  await client[Symbol.asyncDispose]();
  await draining;
  assert.equal(server.stats.connections, 0);
});

Deno.test("drain() closes clients that stay connected at the end of the grace", async () => {
  const clock = manualClock();
  const server = await startedServer({ clock, limits: { lameDuckGraceMs: 3_000 } });
  await using client = await RawClient.connect(server.port, { protocol: 1 });
  const draining = server.drain(never);
  await client.until(() => client.received.includes("PING\r\n"));
  await client.send("PONG\r\n");
  await client.settle();
  await clock.advance(2_900);
  assert.equal(server.stats.connections, 1);
  await clock.advance(200);
  await draining;
  await client.closed();
});

Deno.test("drain() waits for a client that answers no PING until the end of the grace, not longer", async () => {
  const clock = manualClock();
  const server = await startedServer({ clock, limits: { lameDuckGraceMs: 3_000 } });
  await using client = await RawClient.connect(server.port);
  const draining = server.drain(never);
  await client.until(() => client.received.includes("PING\r\n"));
  await clock.advance(3_100);
  await draining;
  await client.closed();
});

Deno.test("drain() without a grace closes clients as soon as what they have sent is processed", async () => {
  const server = await startedServer({ limits: { lameDuckGraceMs: 0 } });
  let received = 0;
  using _ = server.subscribe("a", { onMessage: () => void received++ });
  await using client = await RawClient.connect(server.port, { protocol: 1 });
  const draining = server.drain(never);
  await client.until(() => client.received.includes("PING\r\n"));
  await client.send("PUB a 1\r\nx\r\nPUB a 1\r\ny\r\nPONG\r\n");
  await client.closed();
  await draining;
  assert.equal(received, 2);
});

Deno.test("drain() closes a client that does not understand ldm when it has answered a PING", async () => {
  const server = await startedServer({ clock: manualClock() });
  await using client = await RawClient.connect(server.port);
  const draining = server.drain(never);
  await client.until(() => client.received.includes("PING\r\n"));
  assert.doesNotMatch(client.received, /INFO/);
  await client.send("PONG\r\n");
  await client.closed();
  await draining;
});

Deno.test("drain() ends when its signal aborts, even if a client does not answer", async () => {
  const server = await startedServer();
  await using client = await RawClient.connect(server.port);
  const controller = new AbortController();
  const draining = server.drain(controller.signal);
  await client.until(() => client.received.includes("PING\r\n"));
  controller.abort();
  await draining;
  await client.closed();
  assert.equal(server.stats.connections, 0);
});
