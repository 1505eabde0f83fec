import assert from "node:assert/strict";
import { kvRoutes } from "../../../cim/kv_routes/mod.ts";
import { configStoreToken } from "../../../cim/store/mod.ts";
import { definePlugin, type KeyValueStore, memoryStore } from "../../../core/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { http, httpToken } from "../../../plugins/http/mod.ts";
import { until } from "../../_support/until.ts";

/** A started agent with the routes over a store in memory. */
async function started(config: Record<string, unknown> = {}) {
  const store = memoryStore();
  const provider = definePlugin({
    name: "provider",
    provides: [configStoreToken],
    init: ({ provide }) => provide(configStoreToken, { kind: "localkv", store }),
  });
  const kit = harness({
    plugins: [http(), provider, kvRoutes()],
    config: { rest: { port: 0 }, kv_routes: config },
  });
  await kit.agent.start();
  return { kit, store };
}

function ask({ agent }: Harness, path: string, init?: RequestInit): Promise<Response> {
  return fetch(`http://127.0.0.1:${agent.get(httpToken).port}/api/v1/kv${path}`, init);
}

/** Writes entries of 64 KiB below `big/`. */
async function fill(store: KeyValueStore, count: number): Promise<void> {
  const value = new Uint8Array(65_536).fill(0x61);
  for (let at = 0; at < count; at++) await store.put(`big/${at}`, value);
}

Deno.test("leading slash: every route of the store answers 400 to what is no key, and says what is wrong", async () => {
  const { kit } = await started();
  await using _ = kit;
  for (const method of ["GET", "PUT", "DELETE"]) {
    const body = method === "PUT" ? "x" : undefined;
    for (const path of ["/%2Fa", "//a", "/%2Fa%2Fb", "/a%00b", "/"]) {
      const response = await ask(kit, path, { method, body });
      const { error, code } = await response.json();
      assert.deepEqual([response.status, code], [400, "key_invalid"], `${method} ${path}`);
      assert.match(error, /slash|NUL|empty/, `${method} ${path}`);
    }
  }
  for (
    const [method, query] of [
      ["GET", "?prefix=%2Fa"],
      ["GET", "?prefix=%2Fa&watch=true"],
      ["DELETE", "?prefix=%2Fa"],
    ]
  ) {
    const response = await ask(kit, query, { method });
    assert.deepEqual([response.status, (await response.json()).code], [400, "key_invalid"], query);
  }
  assert.deepEqual(kit.logs.messages("error"), []);
});

Deno.test("a missing key is answered with 404 and the code key_unknown", async () => {
  const { kit } = await started();
  await using _ = kit;
  const response = await ask(kit, "/a/b");
  assert.equal(response.status, 404);
  assert.deepEqual(await response.json(), {
    error: 'There is no key "a/b"',
    code: "key_unknown",
  });
});

Deno.test("bounds: lists beyond the limit are answered with 503 until one has been read or closed", async () => {
  const { kit, store } = await started({ max_lists: 2 });
  await using _ = kit;
  await fill(store, 200);
  const unread = [await ask(kit, "?prefix="), await ask(kit, "?prefix=")];
  const refused = await ask(kit, "?prefix=");
  assert.deepEqual([refused.status, (await refused.json()).code], [503, "stream_limit"]);
  await unread[0].body?.cancel();
  await until("a place is free", async () => {
    const next = await ask(kit, "?prefix=none");
    await next.body?.cancel();
    return next.status === 200;
  });
  const lines = (await unread[1].text()).trimEnd().split("\n");
  assert.equal(lines.length, 200);
});

Deno.test("bounds: watches beyond the limit are answered with 503, and HEAD holds none", async () => {
  const { kit } = await started({ max_watches: 2 });
  await using _ = kit;
  for (let round = 0; round < 5; round++) {
    const head = await ask(kit, "?prefix=&watch=true", { method: "HEAD" });
    assert.equal(head.status, 200);
    await head.body?.cancel();
  }
  const open: Response[] = [];
  await until("two are open", async () => {
    const response = await ask(kit, "?prefix=&watch=true");
    if (response.status === 200) open.push(response);
    else await response.body?.cancel();
    return open.length === 2;
  });
  const refused = await ask(kit, "?prefix=&watch=true");
  assert.deepEqual([refused.status, (await refused.json()).code], [503, "stream_limit"]);
  for (const response of open) await response.body?.cancel();
});

Deno.test("bounds: a watch whose client does not read ends with queue_full instead of holding all changes", async () => {
  const { kit, store } = await started();
  await using _ = kit;
  const response = await ask(kit, "?prefix=big/&watch=true");
  await fill(store, 300);
  const lines = (await response.text()).trimEnd().split("\n");
  assert.equal(JSON.parse(lines.at(-1)!).code, "queue_full");
  assert(lines.length < 300, `${lines.length} lines`);
});

Deno.test("bounds: a delete by prefix answers with at most 16 MiB of keys, and with the number of all", async () => {
  const { kit, store } = await started();
  await using _ = kit;
  const long = "x".repeat(1024 * 1024);
  for (let at = 0; at < 10; at++) await store.put(`long/${at}/${long}`, new Uint8Array());
  await store.put("short/1", new Uint8Array([1]));
  const cut = await (await ask(kit, "?prefix=long/", { method: "DELETE" })).json();
  assert.deepEqual([cut.deleted.length, cut.count], [8, 10]);
  const all = await (await ask(kit, "?prefix=", { method: "DELETE" })).json();
  assert.equal(all.code, "query_invalid");
  const whole = await (await ask(kit, "?prefix=short/", { method: "DELETE" })).json();
  assert.deepEqual(whole, { revision: await store.revision(), deleted: ["short/1"] });
  assert.deepEqual(await Array.fromAsync(store.list("")), []);
});
