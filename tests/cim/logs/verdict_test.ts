import assert from "node:assert/strict";
import { logRouteToken } from "../../../cim/logs/mod.ts";
import { statusToken } from "../../../core/mod.ts";
import { RawClient } from "../../_support/raw_client.ts";
import { until } from "../../_support/until.ts";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { product } from "../_product.ts";

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
  const message = buildLogMessage({
    containerId: "c1",
    containerName: "amf",
    payload: "x".repeat(1_000),
  });
  const encoder = new TextEncoder();
  using client = await RawClient.open(it.nats.port);
  await client.send('CONNECT {"verbose":false}\r\n');
  for (let count = 0; count < 200; count++) {
    await client.send(
      Uint8Array.from([
        ...encoder.encode(`PUB LOG ${message.length}\r\n`),
        ...message,
        ...encoder.encode("\r\n"),
      ]),
    );
  }
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
