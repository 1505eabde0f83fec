import assert from "node:assert/strict";
import { NatsServer } from "../../../plugins/nats_server/mod.ts";
import { startedServer } from "./_net.ts";
import { RawClient } from "./_raw_client.ts";

const payload = new TextEncoder().encode("x");

Deno.test("NatsServer.deliver() resolves when every client that got the message has answered", async () => {
  await using server = await startedServer({});
  await using first = await RawClient.connect(server.port);
  await using second = await RawClient.connect(server.port);
  await using other = await RawClient.connect(server.port);
  await first.send("SUB a 1\r\n");
  await second.send("SUB a 1\r\n");
  await other.send("SUB b 1\r\n");
  for (const client of [first, second, other]) await client.settle();
  let outcome: unknown;
  const delivered = server.deliver("a", payload).then((count) => outcome = count);
  for (const client of [first, second]) {
    await client.until(() => client.received.endsWith("MSG a 1 1\r\nx\r\nPING\r\n"));
  }
  await first.send("PONG\r\n");
  await first.settle();
  assert.equal(outcome, undefined);
  await second.send("PONG\r\n");
  await delivered;
  assert.deepEqual(outcome, { receivers: 2, confirmed: 2 });
  await other.settle();
  assert(!other.received.includes("PING"));
});

Deno.test("NatsServer.deliver() does not count a client that disconnects instead of answering", async () => {
  await using server = await startedServer({});
  await using client = await RawClient.connect(server.port);
  await client.send("SUB a 1\r\n");
  await client.settle();
  const delivered = server.deliver("a", payload);
  await client.until(() => client.received.includes("MSG a 1 1"));
  await client[Symbol.asyncDispose]();
  assert.deepEqual(await delivered, { receivers: 1, confirmed: 0 });
});

Deno.test("NatsServer.deliver() counts handlers of this process, and no receiver without a subscription", async () => {
  const server = new NatsServer({ port: 0 });
  assert.deepEqual(await server.deliver("a", payload), { receivers: 0, confirmed: 0 });
  let seen = 0;
  server.subscribe("a", { onMessage: () => seen++ });
  assert.deepEqual(await server.deliver("a", payload), { receivers: 1, confirmed: 1 });
  assert.equal(seen, 1);
  await server.close();
});

Deno.test("NatsServer.deliver() refuses a message above the limit", async () => {
  await using server = await startedServer({});
  await assert.rejects(() => server.deliver("a", new Uint8Array(1_048_577)), RangeError);
});
