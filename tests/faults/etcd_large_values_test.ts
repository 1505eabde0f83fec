import assert from "node:assert/strict";
import { deadline } from "../../core/async/mod.ts";
import type { ChangeBatch } from "../../core/keyvalue/mod.ts";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { until } from "../_support/until.ts";
import { requirePrivate, startPrivate } from "../integration/_servers.ts";

const { ignore } = requirePrivate("etcd");
const mebibyte = 1024 * 1024;

function next(batches: AsyncIterator<ChangeBatch>): Promise<IteratorResult<ChangeBatch>> {
  return deadline(() => batches.next(), 30_000, { action: "read the next batch" });
}

Deno.test({
  name: "EtcdStore.list() returns every entry when many small ones are followed by large ones",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using store = new EtcdStore({ endpoints: [server.url] });
    const sizes = [...Array(700).fill(10), ...Array(20).fill(mebibyte), 5];
    const keyOf = (at: number) => `k${`${at}`.padStart(6, "0")}`;
    for (let at = 0; at < 700; at += 100) {
      const value = new Uint8Array(10);
      const keys = Array.from({ length: 100 }, (_, index) => keyOf(at + index));
      await store.txn({ operations: keys.map((key) => ({ type: "put", key, value })) });
    }
    for (let at = 700; at < sizes.length; at++) {
      await store.put(keyOf(at), new Uint8Array(sizes[at]));
    }
    const listed = await Array.fromAsync(store.list("k"));
    assert.deepEqual(listed.map(({ key, value }) => [key, value.length]), [
      ...sizes.map((size, at) => [keyOf(at), size]),
    ]);
    assert.deepEqual(store.stats.failures, {});
  },
});

Deno.test({
  name:
    "a watch on etcd keeps a few mebibytes when its reader is behind with 60 MiB of past changes",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using store = new EtcdStore({ endpoints: [server.url] });
    const { revision: first } = await store.put("k", new Uint8Array(mebibyte).fill(0));
    for (let value = 1; value < 60; value++) {
      await store.put("k", new Uint8Array(mebibyte).fill(value));
    }
    const watch = await store.watch("k", { fromRevision: first });
    const batches = watch[Symbol.asyncIterator]();
    await until("changes wait for the reader", () => store.watchPendingBytes > 0);
    for (let value = 0; value < 60; value++) {
      assert(store.watchPendingBytes < 8 * mebibyte, `${store.watchPendingBytes} bytes pending`);
      const { changes } = (await next(batches)).value;
      assert.equal(changes.length, 1);
      assert.equal(changes[0].entry.value[0], value);
    }
    assert.equal(store.stats.watchOverflows, 0);
  },
});

Deno.test({
  name: "EtcdStore.delete() deletes 40 MiB below a prefix and returns 16 MiB of them",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using store = new EtcdStore({ endpoints: [server.url] });
    for (let at = 10; at < 50; at++) await store.put(`k${at}`, new Uint8Array(mebibyte).fill(at));
    const { deleted, count, isCut } = await store.delete("k", { prefix: true });
    assert.deepEqual([count, isCut], [40, true]);
    assert.deepEqual(
      deleted.map(({ key, value }) => [key, value.length, value[0]]),
      Array.from({ length: 16 }, (_, at) => [`k${at + 10}`, mebibyte, at + 10]),
    );
    assert.equal((await Array.fromAsync(store.list("k"))).length, 0);
    assert.deepEqual(store.stats.failures, {});
  },
});

Deno.test({
  name: "a watch on etcd reports a revision as one batch when the server splits it",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd", { args: ["--max-request-bytes", "20000000"] });
    await using writer = new EtcdStore({ endpoints: [server.url] });
    const keys = Array.from({ length: 16 }, (_, at) => `k${`${at}`.padStart(2, "0")}`);
    const put = (size: number) =>
      writer.txn({
        operations: keys.map((key) => ({ type: "put", key, value: new Uint8Array(size) })),
      });
    const first = await put(mebibyte);
    await put(mebibyte);
    const { revision: last } = await writer.delete("k", { prefix: true });
    const watch = await writer.watch("k", { fromRevision: first.revision });
    const batches = watch[Symbol.asyncIterator]();
    for (const revision of [first.revision, first.revision + 1, last]) {
      const { value } = await next(batches);
      assert.equal(value.revision, revision);
      assert.equal(value.changes.length, keys.length);
    }
  },
});
