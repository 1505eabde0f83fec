import assert from "node:assert/strict";
import { listAndWatch } from "../../core/keyvalue/mod.ts";
import { recordingLogs } from "../../core/testing/mod.ts";
import { EtcdStore } from "../../plugins/etcd/mod.ts";
import { createCertificates } from "./_certificates.ts";
import { freePorts, type PrivateServer, requirePrivate, startPrivate } from "./_servers.ts";
import { tempDir } from "../_support/temp_dir.ts";

const { ignore } = requirePrivate("etcd");
const bytes = (text: string) => new TextEncoder().encode(text);

/** Starts a server with TLS that requires a client certificate. */
async function startTls(dir: string): Promise<PrivateServer> {
  const port = freePorts();
  const server = await startPrivate("etcd", {
    port,
    unready: true,
    args: [
      ...["--listen-client-urls", `https://127.0.0.1:${port}`],
      ...["--advertise-client-urls", `https://127.0.0.1:${port}`],
      ...["--cert-file", `${dir}/server.pem`, "--key-file", `${dir}/server.key`],
      ...["--trusted-ca-file", `${dir}/ca.pem`, "--client-cert-auth"],
    ],
  });
  return server;
}

Deno.test({
  name: "D-92 EtcdStore connects with TLS when CA, client certificate and server name are given",
  ignore,
  async fn() {
    using dirDir = tempDir();
    const dir = dirDir.path;
    await createCertificates(dir, "DNS:etcd.test");
    const pem = (name: string) => Deno.readTextFileSync(`${dir}/${name}`);
    const ca = pem("ca.pem");
    const serverName = "etcd.test";
    await using server = await startTls(dir);
    const endpoints = [`127.0.0.1:${server.port}`];
    await using store = new EtcdStore({
      endpoints,
      tls: { ca, serverName, cert: pem("client.pem"), key: pem("client.key") },
    });
    await untilAnswering(store);
    await store.put("a", bytes("1"));
    assert.deepEqual((await store.get("a"))?.value, bytes("1"));
    const controller = new AbortController();
    const batches = (await store.watch("", { signal: controller.signal }))[Symbol.asyncIterator]();
    await store.put("a", bytes("2"));
    assert.equal((await batches.next()).value.changes.length, 1);
    controller.abort();

    await using suspicious = new EtcdStore({
      endpoints,
      tls: { ca: pem("stranger.pem"), serverName },
    });
    await assert.rejects(() => suspicious.get("a"), { code: "store_unreachable" });
    await using anonymous = new EtcdStore({ endpoints, tls: { ca, serverName } });
    await assert.rejects(() => anonymous.get("a"), { code: "store_unreachable" });
  },
});

Deno.test({
  name:
    "EtcdStore logs in, gets store_denied beyond its role, and logs in again when the server restarts",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await enableUsers(server.url);
    const endpoints = [server.url];
    await using store = new EtcdStore({ endpoints, auth: { user: "app", password: "secret" } });
    await store.put("app/a", bytes("1"));
    await assert.rejects(() => store.put("other/a", bytes("1")), { code: "store_denied" });
    await assert.rejects(() => store.watch("other/"), { code: "store_denied" });

    const controller = new AbortController();
    const watch = await store.watch("app/", { signal: controller.signal });
    const batches = watch[Symbol.asyncIterator]();
    await server.kill();
    await server.restart();
    await untilAnswering(store);
    await store.put("app/a", bytes("2"));
    assert.equal((await batches.next()).value.changes[0].entry.revision > 0, true);
    controller.abort();

    await using stranger = new EtcdStore({ endpoints, auth: { user: "app", password: "wrong" } });
    await assert.rejects(() => stranger.get("app/a"), (error: Error & { code?: string }) => {
      assert.equal(error.code, "store_denied");
      assert(!error.message.includes("wrong"), "the password must not be shown");
      return true;
    });
    await using anonymous = new EtcdStore({ endpoints });
    await assert.rejects(() => anonymous.get("app/a"), { code: "store_denied" });
  },
});

Deno.test({
  name:
    "C2-26: EtcdStore logs in again for calls and watches when the server has dropped its token",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await enableUsers(server.url);
    const options = { endpoints: [server.url], auth: { user: "app", password: "secret" } };
    await using caller = new EtcdStore(options);
    await using watcher = new EtcdStore(options);
    await using writer = new EtcdStore({
      ...options,
      auth: { user: "root", password: "root" },
    });
    await Promise.all([caller.get("app/a"), watcher.get("app/a")]);
    await forgetTokens(server.url, "app", "secret");

    await caller.put("app/a", bytes("1"));
    const batches = (await watcher.watch("app/"))[Symbol.asyncIterator]();
    await writer.put("app/a", bytes("2"));
    assert.deepEqual((await batches.next()).value.changes[0].entry.value, bytes("2"));
    assert.deepEqual([caller.stats.failures.store_failed, watcher.stats.failures], [undefined, {}]);
  },
});

Deno.test({
  name: "listAndWatch() on etcd works when the user may only read the prefix",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await enableUsers(server.url);
    await using store = new EtcdStore({
      endpoints: [server.url],
      auth: { user: "app", password: "secret" },
    });
    await store.put("app/a", bytes("1"));
    assert.equal(await store.revision(), (await store.get("app/a"))?.revision);
    const controller = new AbortController();
    const { signal } = controller;
    const events = listAndWatch(store, "app/", { signal })[Symbol.asyncIterator]();
    const snapshot = (await events.next()).value;
    assert.equal(snapshot.entries.length, 1);
    await store.put("app/b", bytes("2"));
    assert.equal((await events.next()).value.changes[0].entry.key, "app/b");
    controller.abort();
    assert.equal((await events.next()).done, true);
  },
});

Deno.test({
  name: "EtcdStore.delete() counts what it deleted when it may not read it",
  ignore,
  async fn() {
    await using server = await startPrivate("etcd");
    await enableUsers(server.url, "WRITE");
    await using root = new EtcdStore({
      endpoints: [server.url],
      auth: { user: "root", password: "root" },
    });
    for (const key of ["app/a", "app/b"]) await root.put(key, bytes("1"));
    const logs = recordingLogs();
    await using store = new EtcdStore({
      endpoints: [server.url],
      auth: { user: "app", password: "secret" },
      log: logs.registry.logger("etcd"),
    });
    const { deleted, count, isCut } = await store.delete("app/", { prefix: true });
    assert.deepEqual([deleted, count, isCut], [[], 2, true]);
    assert.deepEqual(logs.messages("warn"), ["Deleted 2 keys, but cannot read all that they were"]);
    assert.deepEqual(await Array.fromAsync(root.list("")), []);
  },
});

/** Sets the same password again, which invalidates all tokens of the user. */
async function forgetTokens(url: string, name: string, password: string): Promise<void> {
  const { token } = await post(url, "authenticate", { name: "root", password: "root" });
  await post(url, "user/changepw", { name, password }, token);
}

/** Creates root, and a user with this access below `app/`, through etcd's HTTP gateway. */
async function enableUsers(url: string, permType = "READWRITE"): Promise<void> {
  const base64 = (text: string) => btoa(text);
  const permission = {
    permType,
    key: base64("app/"),
    range_end: base64("app0"),
  };
  const calls: [path: string, body: unknown][] = [
    ["user/add", { name: "root", password: "root" }],
    ["role/add", { name: "root" }],
    ["user/grant", { user: "root", role: "root" }],
    ["user/add", { name: "app", password: "secret" }],
    ["role/add", { name: "app" }],
    ["role/grant", { name: "app", perm: permission }],
    ["user/grant", { user: "app", role: "app" }],
    ["enable", {}],
  ];
  for (const [path, body] of calls) await post(url, path, body);
}

/** Makes one call to etcd's HTTP gateway. */
async function post(
  url: string,
  path: string,
  body: unknown,
  token?: string,
): Promise<{ token?: string }> {
  const response = await fetch(`${url}/v3/auth/${path}`, {
    method: "POST",
    headers: token ? { authorization: token } : {},
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  assert(response.ok, `${path}: ${answer}`);
  return JSON.parse(answer);
}

/** Retries until a read succeeds. */
async function untilAnswering(store: EtcdStore): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      await store.get("app/a");
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  assert.fail("etcd does not answer");
}
