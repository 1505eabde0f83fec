/**
 * Every key of our monitoring reports is one of nats-server's, with a value of the same type.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NatsServer } from "../../../plugins/nats_server/mod.ts";
import { RawClient } from "../../plugins/nats_server/_raw_client.ts";
import { referenceBinary, startReference } from "./_reference.ts";

const binary = referenceBinary();

Deno.test({
  name: "monitoring reports have nats-server's names and types",
  ignore: binary === undefined,
  async fn() {
    await using ours = new NatsServer({ port: 0 });
    await ours.listen();
    await using reference = await startReference(
      binary!,
      "http: 127.0.0.1:-1\nmax_subscriptions: 1000",
    );
    const get = async (name: string) =>
      await (await fetch(`http://127.0.0.1:${reference.monitorPort}/${name}`)).json();
    await using one = await visitor(ours.port);
    await using other = await visitor(reference.port);
    assert.ok(one && other);
    contained(ours.monitor.varz(), await get("varz"), "varz");
    contained(ours.monitor.connz({ subs: true }), await get("connz?subs=1"), "connz");
    const detail = await get("connz?subs=detail&auth=1");
    contained(ours.monitor.connz({ subs: "detail", auth: true }), detail, "connz detail");
    contained(ours.monitor.subsz({ subs: true }), await get("subsz?subs=1"), "subsz");
    assert.deepEqual(ours.monitor.healthz(), await get("healthz"));
  },
});

async function visitor(port: number): Promise<RawClient> {
  const client = await RawClient.connect(port, { name: "n", lang: "l", version: "1" });
  await client.send("SUB a 1\r\nSUB b q 2\r\nUNSUB 2 9\r\nPUB a 1\r\nx\r\n");
  await client.settle();
  return client;
}

function contained(ours: unknown, theirs: unknown, at: string): void {
  assert.equal(typeof ours, typeof theirs, at);
  if (Array.isArray(ours)) {
    assert.ok(Array.isArray(theirs) && theirs.length > 0, at);
    // A list of nats-server may be in any order: compare entries with the same keys.
    for (const entry of ours) {
      if (typeof entry !== "object") continue;
      const like: unknown = theirs.find((other) => Object.keys(entry).every((key) => key in other));
      assert.ok(like, `${at}: no entry has the keys ${Object.keys(entry)}`);
      contained(entry, like, `${at}[]`);
    }
  } else if (typeof ours === "object" && ours !== null) {
    for (const [key, value] of Object.entries(ours)) {
      assert.ok(Object.hasOwn(theirs as object, key), `${at}.${key} is not nats-server's`);
      contained(value, (theirs as Record<string, unknown>)[key], `${at}.${key}`);
    }
  }
}
