import assert from "node:assert/strict";
import { logRouteToken } from "../../../cim/logs/mod.ts";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { eventually, type Product, product } from "../_product.ts";

/** Lines taken so far for files and for the standard output. */
function taken({ agent }: Product): { files: number; stdout: number } {
  const route = agent.get(logRouteToken);
  const accepted = (name: "file" | "stdout") => route.destination(name).book.accepted;
  return { files: accepted("file"), stdout: accepted("stdout") };
}

function log({ nats }: Product, payload: string): void {
  nats.publish("LOG", buildLogMessage({ containerId: "c1", containerName: "amf", payload }));
}

async function linesOf({ folder }: Product): Promise<string[]> {
  try {
    const text = await Deno.readTextFile(`${folder}/logs/amf-0_ns1_amf-c1.log`);
    return text.split("\n").slice(0, -1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

Deno.test("D-35 a logging mode given at registration applies from the next message on", async () => {
  await using it = await product();
  log(it, "before");
  assert.deepEqual(taken(it), { files: 1, stdout: 0 });
  const body = {
    container_name: "amf",
    container_id: "c1",
    lmaas: { logging_mode: "STDOUT" },
  };
  assert.equal((await it.register(body)).status, 200);
  log(it, "after");
  assert.deepEqual(taken(it), { files: 1, stdout: 1 });
});

Deno.test("D-33 switching the logging mode back and forth loses no line of either destination", async () => {
  await using it = await product();
  assert.equal((await it.register()).status, 200);
  const path = "/cimConfig/lmaas/logging_mode";
  const switchTo = async (value: string, revision: number) => {
    const patch = JSON.stringify([{ op: "replace", path, value }]);
    await it.put(`change-set/ns1/amf/v1/ms/cim.json/${revision}`, patch);
    const committed = "commit-config/ns1/amf/v1/ms/amf-0";
    await eventually(async () => await it.get(committed) === String(revision));
  };
  log(it, "1");
  await switchTo("STDOUT", 1);
  log(it, "2");
  await switchTo("FILE", 2);
  log(it, "3");
  assert.deepEqual(taken(it), { files: 2, stdout: 1 });
  await it.agent.get(logRouteToken).flush();
  assert.deepEqual(await linesOf(it), ["1", "3"]);
  assert.equal(it.agent.get(logRouteToken).destination("stdout").book.delivered, 1);
});
