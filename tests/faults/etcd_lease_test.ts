import assert from "node:assert/strict";
import { deadline } from "../../core/async/mod.ts";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { until } from "../_support/until.ts";
import { requirePrivate, startPrivate } from "../integration/_servers.ts";

const { ignore } = requirePrivate("etcd");

Deno.test({
  name: "EtcdStore.remainingTtlMs() and watch() follow a lease that etcd renews when it restarts",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using store = new EtcdStore({ endpoints: [server.url] });
    await store.put("k", new Uint8Array([1]), { ttlMs: 4_000 });
    const batches = (await store.watch("k"))[Symbol.asyncIterator]();
    const started = performance.now();
    await server.kill();
    // By a timer of its own, the client would take the lease for ended.
    await new Promise((resolve) => setTimeout(resolve, 4_500));
    await server.restart();
    const remainingMs = await until(
      "etcd answers",
      () => store.remainingTtlMs("k"),
      { retryErrors: true },
    );
    assert(performance.now() - started > 4_000);
    assert(remainingMs > 0, `${remainingMs} ms left`);
    const { value } = await deadline(() => batches.next(), 30_000, { action: "see the expiry" });
    assert.equal(value.changes[0].type, "delete");
    assert.equal(await store.remainingTtlMs("k"), undefined);
  },
});
