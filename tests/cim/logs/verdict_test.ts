import assert from "node:assert/strict";
import { logRouteToken } from "../../../cim/logs/mod.ts";
import { statusToken } from "../../../core/mod.ts";
import { RawClient } from "../../_support/raw_client.ts";
import { until } from "../../_support/until.ts";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { product } from "../_product.ts";

const commitKey = "commit-config/ns1/amf/v1/ms/amf-0";

const line = buildLogMessage({
  containerId: "c1",
  containerName: "amf",
  payload: "x".repeat(1_000),
});

/** The bytes of a PUB. */
function publish(subject: string, payload: Uint8Array): Uint8Array {
  const encoder = new TextEncoder();
  const head = encoder.encode(`PUB ${subject} ${payload.length}\r\n`);
  return Uint8Array.from([...head, ...payload, ...encoder.encode("\r\n")]);
}

Deno.test("a full log destination holds back the CONFIG reply on the same connection for max_block at most", async () => {
  await using it = await product({
    env: { CIM_LOGS_MAX_BUFFERED: "64KiB", CIM_LOGS_MAX_BLOCK: "1500ms" },
  });
  const route = it.agent.get(logRouteToken);
  const verdicts: number[] = [];
  using _subscription = it.nats.subscribe("CONFIG", {
    onMessage: () => void verdicts.push(performance.now()),
  });
  // No line can be written.
  await until("the folder is there", () => Deno.stat(`${it.folder}/logs`), { retryErrors: true });
  await Deno.remove(`${it.folder}/logs`, { recursive: true });
  await Deno.writeTextFile(`${it.folder}/logs`, "a file where the folder should be");
  using client = await RawClient.open(it.nats.port);
  await client.send('CONNECT {"verbose":false}\r\n');
  for (let count = 0; count < 200; count++) await client.send(publish("LOG", line));
  await client.send("PUB CONFIG 2\r\n{}\r\n");
  await until("publishers are held", () => route.isPaused);
  const heldAt = performance.now();
  const status = () => it.agent.get(statusToken).plugin("logs");
  await until("the status says so", () => status()?.reason.includes("Publishers are held"));
  assert.equal(status()?.state, "degraded");
  await until("the verdict arrives", () => verdicts.length === 1);
  const elapsedMs = verdicts[0] - heldAt;
  assert.ok(elapsedMs > 1_000, `it was not held: ${elapsedMs} ms`);
  const { book } = route.destination("file");
  assert.ok(book.dropped.get("overflow")! > 0);
  assert.equal(book.unaccounted, 0);
  assert.equal(route.isPaused, false);
  await Deno.remove(`${it.folder}/logs`);
});

Deno.test("the reply to a change-set gets through within a second while a log destination is full", async () => {
  await using it = await product({
    env: { CIM_LOGS_MAX_BUFFERED: "64KiB" },
    app: () => new Response(),
  });
  const route = it.agent.get(logRouteToken);
  await (await it.register()).body?.cancel();
  const key = "change-set/ns1/amf/v1/ms/app.json/3";
  await it.put(key, "[]");
  await until("the change-set is sent", () => it.calls.some(({ body }) => body.includes(key)));
  await until("the folder is there", () => Deno.stat(`${it.folder}/logs`), { retryErrors: true });
  await Deno.remove(`${it.folder}/logs`, { recursive: true });
  await Deno.writeTextFile(`${it.folder}/logs`, "a file where the folder should be");
  const verdict = Promise.withResolvers<number>();
  using _subscription = it.nats.subscribe("CONFIG", {
    onMessage: () => verdict.resolve(performance.now()),
  });
  using client = await RawClient.open(it.nats.port);
  await client.send('CONNECT {"verbose":false}\r\n');
  for (let count = 0; count < 200; count++) await client.send(publish("LOG", line));
  const reply = JSON.stringify({ "change-set-key": key, revision: "3", status: "success" });
  await client.send(publish("CONFIG", new TextEncoder().encode(reply)));
  const sentAt = performance.now();
  const elapsedMs = await verdict.promise - sentAt;
  assert.equal(route.pauses, 1);
  assert(elapsedMs < 1_000, `the reply arrived after ${elapsedMs} ms`);
  await until("the outcome is committed", async () => await it.get(commitKey) === "3");
  assert(route.destination("file").book.dropped.get("overflow")! > 0);
  await Deno.remove(`${it.folder}/logs`);
});
