import assert from "node:assert/strict";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { freePorts, requirePrivate, startPrivate } from "../integration/_servers.ts";

const { ignore } = requirePrivate("etcd");

Deno.test({
  name: "EtcdStore uses the next endpoint when one is down or does not answer",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    // Accepts connections into its backlog and never answers.
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    await using store = new EtcdStore({
      endpoints: [`127.0.0.1:${freePorts()}`, `127.0.0.1:${silent.addr.port}`, server.url],
      dialTimeoutMs: 300,
      operationTimeoutMs: 2_000,
    });
    await store.put("a", new Uint8Array([1]));
    const batches = (await store.watch(""))[Symbol.asyncIterator]();
    for (let value = 2; value < 30; value++) await store.put("a", new Uint8Array([value]));
    for (let value = 2; value < 30; value++) {
      assert.equal((await batches.next()).value.changes[0].entry.value[0], value);
    }
    assert.deepEqual(store.stats.failures, {});
  },
});

Deno.test({
  name: "EtcdStore throws a RangeError when etcd rejects a request as too large",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using store = new EtcdStore({ endpoints: [server.url] });
    await assert.rejects(() => store.put("a", new Uint8Array(3 * 1024 * 1024)), RangeError);
    await assert.rejects(() => Array.fromAsync(store.list("", { revision: 999 })), RangeError);
    assert.equal(await store.get("a"), undefined);
  },
});
