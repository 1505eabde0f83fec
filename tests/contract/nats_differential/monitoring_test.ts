/**
 * Every key of our monitoring reports is one of nats-server's, with a value of the same type.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type ConnzOptions, NatsServer } from "../../../plugins/nats_server/mod.ts";
import { RawClient } from "../../plugins/nats_server/_raw_client.ts";
import { referenceBinary, startReference } from "./_reference.ts";
import { setups, startOurs } from "./_setups.ts";
import { WireClient } from "./_wire_client.ts";

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

Deno.test({
  name: "connz shows the TLS of a connection as nats-server does",
  ignore: binary === undefined,
  async fn() {
    const { reference: config, address } = setups.tls_map_dns;
    await using reference = await startReference(binary!, `${config}http: 127.0.0.1:-1\n`);
    await using ours = await startOurs(setups.tls_map_dns);
    const url = `http://127.0.0.1:${reference.monitorPort}/connz`;
    const members = async (query: string, options: ConnzOptions) => {
      const theirs = await (await fetch(`${url}${query}`)).json();
      return [theirs, ours.monitor.connz(options)].map(({ connections: [connection] }) =>
        Object.fromEntries(
          // The TLS library of each server chooses the cipher.
          Object.entries(connection).filter(([key]) => /^tls_(?!cipher)|^authorized/.test(key)),
        )
      );
    };
    using there = await WireClient.open({ ...address, port: reference.port });
    using here = await WireClient.open({ ...address, port: ours.port });
    for (const client of [there, here]) {
      await client.secure();
      await client.connect();
      await client.send("PING\r\n");
      await client.settle();
    }
    const [wanted, found] = await members("?auth=1", { auth: true });
    assert.ok(Array.isArray(wanted.tls_peer_certs));
    const [connection] = ours.monitor.connz().connections as Record<string, unknown>[];
    assert.match(String(connection.tls_cipher_suite), /^TLS_\w+$/);
    assert.deepEqual(found, wanted);
    const [wantedPlain, foundPlain] = await members("", {});
    assert.deepEqual(foundPlain, wantedPlain);
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
