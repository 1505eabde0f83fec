import assert from "node:assert/strict";
import { deadline } from "../../core/async/mod.ts";
import { type ChangeBatch, listAndWatch, type SyncState } from "../../core/keyvalue/mod.ts";
import { recordingLogs } from "../../core/testing/mod.ts";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import {
  freePorts,
  type PrivateServer,
  requirePrivate,
  startPrivate,
} from "../integration/_servers.ts";
import { cuttableProxy } from "./_cuttable_proxy.ts";

const { ignore } = requirePrivate("etcd");
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

function connect(port: number): EtcdStore {
  return new EtcdStore({ endpoints: [`127.0.0.1:${port}`], operationTimeoutMs: 1_000 });
}

/** Reads the next event within a time limit. */
function next<T>(iterator: AsyncIterator<T>): Promise<IteratorResult<T>> {
  return deadline(() => iterator.next(), 30_000, { action: "read the next event" });
}

async function take(batches: AsyncIterator<ChangeBatch>, count: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < count) {
    const { value, done } = await next(batches);
    assert(!done, "the watch ended");
    for (const change of (value as ChangeBatch).changes) {
      seen.push(change.type === "put" ? text(change.entry.value) : `-${change.key}`);
    }
  }
  return seen;
}

async function putAll(store: EtcdStore, values: readonly string[]): Promise<void> {
  for (const value of values) await store.put("k/a", bytes(value));
}

/** Retries until the server answers. */
async function untilAnswering(store: EtcdStore): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await store.revision();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  assert.fail("etcd does not answer");
}

const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `${from + index}`);

Deno.test({
  name: "EtcdStore fails quickly while no server runs and works when one is started",
  ignore,
  async fn() {
    const port = freePorts();
    await using store = connect(port);
    for (
      const call of [() => store.get("a"), () => store.put("a", bytes("1")), () => store.watch("")]
    ) {
      await assert.rejects(call, { code: "store_unreachable" });
    }
    await using events = listAndWatch(store, "k/")[Symbol.asyncIterator]() as AsyncGenerator;
    const first = next(events);
    await using _server = await startPrivate("etcd", { port });
    await untilAnswering(store);
    assert.equal((await first).value.type, "snapshot");
    assert.equal(store.stats.reconnects, 1);
    assert((store.stats.failures.store_unreachable ?? 0) >= 3);
  },
});

Deno.test({
  name:
    "C2-22: watch() on etcd reports missed changes once and in order when the server was killed",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using store = connect(server.port);
    await using writer = connect(server.port);
    const batches = (await store.watch("k/"))[Symbol.asyncIterator]();
    await putAll(writer, numbers(0, 5));
    assert.deepEqual(await take(batches, 5), numbers(0, 5));
    for (const round of [1, 2]) {
      await server.kill();
      await assert.rejects(() => store.get("k/a"), { code: "store_unreachable" });
      await server.restart();
      await untilAnswering(writer);
      await putAll(writer, numbers(round * 100, round * 100 + 50));
      assert.deepEqual(await take(batches, 50), numbers(round * 100, round * 100 + 50));
    }
    assert(store.stats.watchResumes >= 2);
  },
});

Deno.test({
  name: "C2-24: watch() on etcd detects a frozen server and resumes when it continues",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    const logs = recordingLogs();
    await using store = new EtcdStore({
      log: logs.registry.logger("etcd"),
      endpoints: [server.url],
      operationTimeoutMs: 500,
      keepaliveTimeMs: 5_000,
      keepaliveTimeoutMs: 500,
    });
    const states: SyncState["state"][] = [];
    const controller = new AbortController();
    const events = listAndWatch(store, "k/", {
      signal: controller.signal,
      probeMs: 600,
      onState: ({ state }) => states.push(state),
    })[Symbol.asyncIterator]();
    assert.equal((await next(events)).value.type, "snapshot");
    const pending = next(events);
    server.freeze();
    await assert.rejects(() => store.get("k/a"), { code: "deadline_exceeded" });
    await untilTrue(() => states.includes("stale"));
    await untilTrue(() => logs.messages("warn").includes("Watch lost; resuming"));
    assert.equal(store.stats.watchResumes, 0);
    server.thaw();
    await untilAnswering(store);
    await putAll(store, ["1"]);
    const { value } = await pending;
    assert.equal(value.type, "changes");
    assert.equal(text(value.changes[0].entry.value), "1");
    assert.equal(store.stats.watchResumes, 1);
    await untilTrue(() => states.at(-1) === "synced");
    controller.abort();
    assert.equal((await next(events)).done, true);
  },
});

Deno.test({
  name:
    "D-18 watch() on etcd fails with store_compacted when the history was compacted during an outage",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using proxy = cuttableProxy(server.port);
    await using store = connect(proxy.port);
    await using writer = connect(server.port);
    const batches = (await store.watch("k/"))[Symbol.asyncIterator]();
    await putAll(writer, ["1"]);
    assert.deepEqual(await take(batches, 1), ["1"]);
    proxy.cut();
    await putAll(writer, ["2", "3"]);
    await writer.compact(await writer.revision());
    const pending = next(batches);
    proxy.mend();
    await assert.rejects(pending, { code: "store_compacted" });
    assert.equal(store.stats.compactions, 1);
  },
});

Deno.test({
  name:
    "D-18 C2-23: listAndWatch() on etcd lists again and reports each change once when the history was compacted",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using proxy = cuttableProxy(server.port);
    await using store = connect(proxy.port);
    await using writer = connect(server.port);
    for (const key of ["k/changed", "k/gone", "k/same"]) await writer.put(key, bytes("old"));
    await using events = listAndWatch(store, "k/")[Symbol.asyncIterator]() as AsyncGenerator;
    assert.equal((await next(events)).value.entries.length, 3);
    proxy.cut();
    await writer.put("k/changed", bytes("new"));
    await writer.delete("k/gone");
    await writer.put("k/added", bytes("new"));
    await writer.compact(await writer.revision());
    const pending = next(events);
    proxy.mend();
    const { value } = await pending;
    assert.equal(value.resync, true);
    assert.deepEqual(
      value.changes.map((change: { type: string; key?: string; entry?: { key: string } }) =>
        `${change.type} ${change.key ?? change.entry?.key}`
      ),
      ["put k/added", "put k/changed", "delete k/gone"],
    );
    await writer.put("k/same", bytes("last"));
    const last = await next(events);
    assert.equal(last.value.resync, false);
    assert.equal(last.value.changes[0].entry.key, "k/same");
  },
});

Deno.test({
  name: "listAndWatch() on etcd resyncs when the server is replaced by an empty one",
  ignore,
  async fn() {
    const port = freePorts();
    await using store = connect(port);
    const old: PrivateServer = await startPrivate("etcd", { port });
    await untilAnswering(store);
    for (const value of ["1", "2", "3"]) await store.put("k/old", bytes(value));
    await using events = listAndWatch(store, "k/")[Symbol.asyncIterator]() as AsyncGenerator;
    assert.equal((await next(events)).value.entries.length, 1);
    const pending = next(events);
    await old[Symbol.asyncDispose]();
    await using _fresh = await startPrivate("etcd", { port });
    const { value } = await pending;
    assert.equal(value.resync, true);
    assert.deepEqual(value.changes.map((change: { type: string }) => change.type), ["delete"]);
  },
});

Deno.test({
  name: "EtcdStore.close() returns at once when watches are open and the server is frozen",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    const store = connect(server.port);
    const batches = (await store.watch("k/"))[Symbol.asyncIterator]();
    const pending = next(batches);
    server.freeze();
    const call = store.get("k/a");
    await Promise.all([
      assert.rejects(pending, { code: "closed" }),
      assert.rejects(call, { code: "closed" }),
      store.close(),
    ]);
    await store.close();
    await assert.rejects(() => store.get("k/a"), { code: "closed" });
  },
});

Deno.test({
  name: "a process ends after EtcdStore.close(), also when the server is frozen",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    const script = new URL("./_etcd_closer.ts", import.meta.url).pathname;
    for (const frozen of [false, true]) {
      const child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", script, server.url],
        stdin: "piped",
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const lines = child.stdout.getReader();
      assert.equal((await lines.read()).value?.length, "ready\n".length);
      if (frozen) server.freeze();
      await child.stdin.close();
      const { code } = await deadline(() => child.status, 20_000, { action: "end the process" });
      assert.equal(code, 0);
      await lines.cancel();
    }
  },
});

async function untilTrue(condition: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail("the condition did not hold within 30 s");
}
