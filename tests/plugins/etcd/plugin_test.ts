import assert from "node:assert/strict";
import { type KeyValueStore } from "../../../core/keyvalue/mod.ts";
import { definePlugin } from "../../../core/plugin/mod.ts";
import { statusToken } from "../../../core/agent/mod.ts";
import type { StatusBoard } from "../../../core/status/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { readConfiguration } from "../../../core/agent/mod.ts";
import { sourcesFrom } from "../../../core/config/mod.ts";
import { etcd, etcdToken } from "../../../plugins/etcd/mod.ts";

/** A plugin that passes the store and the status board to a test. */
function observer(given: { store?: KeyValueStore; board?: StatusBoard }) {
  return definePlugin({
    name: "observer",
    requires: [etcdToken],
    init({ get }) {
      given.store = get(etcdToken);
      given.board = get(statusToken);
    },
  });
}

/** A port without a listener. */
function deadPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

Deno.test("etcd() is disabled and its store gives the reason when no endpoint is configured", async () => {
  const given: { store?: KeyValueStore; board?: StatusBoard } = {};
  await using test = harness({ plugins: [etcd(), observer(given)] });
  await test.agent.start();
  assert.equal(given.board!.plugin("etcd")?.state, "disabled");
  await assert.rejects(() => given.store!.get("a"), {
    code: "unavailable",
    message: /set "etcd\.endpoints"/,
  });
});

Deno.test("etcd() starts and is degraded with the reason when no server answers", async () => {
  const given: { store?: KeyValueStore; board?: StatusBoard } = {};
  await using test = harness({
    plugins: [etcd(), observer(given)],
    env: { ETCD_ENDPOINTS: `127.0.0.1:${deadPort()}` },
  });
  await test.agent.start();
  await assert.rejects(() => given.store!.get("a"), { code: "store_unreachable" });
  for (let turn = 0; turn < 200 && given.board!.plugin("etcd")?.state !== "degraded"; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const status = given.board!.plugin("etcd")!;
  assert.equal(status.state, "degraded");
  assert.match(status.reason, /check etcd\.endpoints/);
});

Deno.test("etcd() fails to start and names the key when a file is missing", async () => {
  const endpoints = ["https://etcd.test:2379"];
  const wrong: [config: Record<string, unknown>, wanted: RegExp][] = [
    [{ endpoints, ca_file: "/nowhere/ca.pem" }, /etcd\.ca_file \/nowhere\/ca\.pem/],
  ];
  for (const [config, wanted] of wrong) {
    const test = harness({ plugins: [etcd()], config: { etcd: config } });
    await assert.rejects(() => test.agent.start(), wanted);
  }
});

Deno.test("etcd() reports what its start would refuse when only the configuration is checked", () => {
  const ip = ["https://127.0.0.1:1"];
  const wrong: [section: Record<string, unknown>, wanted: RegExp][] = [
    [{ endpoints: ["a:1", ""] }, /test\.yaml: etcd\.endpoints: .*at 1: must be host:port/],
    [{ endpoints: [" "] }, /etcd\.endpoints: .*must be host:port/],
    [{ endpoints: ["a:1/path"] }, /must be host:port/],
    [{ endpoints: ["http://a:1", "https://b:1"] }, /all http or all https/],
    [{ endpoints: ["a:1"], key_file: "key.pem" }, /etcd\.key_file: etcd\.ca_file is missing/],
    [{ endpoints: ["a:1"], ca_file: "ca.pem", cert_file: "a.pem" }, /and its key, or neither/],
    [{ endpoints: ["http://a:1"], ca_file: "ca.pem" }, /not https/],
    [{ endpoints: ip, ca_file: "ca.pem" }, /tls_server_name/],
  ];
  const check = (etcdSection: Record<string, unknown>) => () =>
    readConfiguration(
      [etcd()],
      sourcesFrom({ file: { path: "test.yaml", values: { etcd: etcdSection } } }),
    );
  for (const [section, wanted] of wrong) assert.throws(check(section), wanted);
  check({ endpoints: ip, ca_file: "ca.pem", tls_server_name: "etcd.test" })();
  check({ key_file: "not used without endpoints" })();
});
