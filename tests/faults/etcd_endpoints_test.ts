import assert from "node:assert/strict";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
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
  name: "C2-26: EtcdStore throws a RangeError when etcd rejects a request as too large",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await using store = new EtcdStore({ endpoints: [server.url] });
    await assert.rejects(() => store.put("a", new Uint8Array(3 * 1024 * 1024)), RangeError);
    await assert.rejects(() => Array.fromAsync(store.list("", { revision: 999 })), RangeError);
    assert.equal(await store.get("a"), undefined);
  },
});

/** Answers of programs that are not etcd. */
const others: Record<string, (stream: ServerHttp2Stream) => void> = {
  "a gRPC server without the services of etcd": (stream) =>
    stream.respond({
      ":status": 200,
      "content-type": "application/grpc",
      "grpc-status": "12",
      "grpc-message": "unknown service etcdserverpb.KV",
    }, { endStream: true }),
  "a web server with a page": (stream) => {
    stream.respond({ ":status": 200, "content-type": "text/html" });
    stream.end("<html></html>");
  },
  "a web server that asks for a login": (stream) => {
    stream.respond({ ":status": 401 }, { endStream: true });
  },
};

/** An HTTP/2 server that answers every request in the same way. */
async function http2Server(answer: (stream: ServerHttp2Stream) => void) {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => sessions.add(session));
  server.on("stream", answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

for (const [name, answer] of Object.entries(others)) {
  Deno.test({
    name: `EtcdStore uses the next endpoint when the first is ${name}`,
    ignore,
    async fn() {
      await using server = await startPrivate("etcd");
      await using other = await http2Server(answer);
      const endpoints = [other.endpoint, server.url];
      const calls: ((store: EtcdStore) => Promise<unknown>)[] = [
        (store) => store.put("a", new Uint8Array([1])),
        (store) => store.watch(""),
        (store) => Array.fromAsync(store.list("")),
      ];
      for (const call of calls) {
        await using store = new EtcdStore({ endpoints });
        await call(store);
        assert.deepEqual(store.stats.failures, {});
      }
    },
  });
}

Deno.test({
  name: "EtcdStore says that the server is not etcd when no endpoint is etcd",
  ignore,
  async fn() {
    const [first] = Object.values(others);
    await using other = await http2Server(first);
    await using store = new EtcdStore({ endpoints: [other.endpoint] });
    await assert.rejects(() => store.get("a"), {
      code: "store_failed",
      message: /is not etcd v3 .*check etcd\.endpoints/,
    });
  },
});
