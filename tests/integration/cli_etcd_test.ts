import assert from "node:assert/strict";
import { runCli } from "../../cim/cli/mod.ts";
import { requireServer } from "./_servers.ts";

const { url, ignore } = requireServer("etcd");

async function kv(...args: string[]): Promise<{ code: number; out: string[]; err: string[] }> {
  const out: string[] = [];
  const err: string[] = [];
  const { signal } = new AbortController();
  const io = {
    out: (line: string) => void out.push(line),
    err: (line: string) => void err.push(line),
    readInput: () => Promise.resolve(new Uint8Array(0)),
    width: 80,
    hasColors: false,
    env: { CIM_OWN_LOG_LEVEL: "warn" },
    stop: signal,
    kill: signal,
  };
  const code = await runCli(["kv", ...args, "--set", `etcd.endpoints=${url}`], io);
  return { code, out, err };
}

Deno.test({
  name: "cim kv speaks to etcd itself when endpoints are configured",
  ignore,
  async fn() {
    const prefix = `cli-${crypto.randomUUID()}/`;
    const put = await kv("put", `${prefix}a`, "1", "--ttl", "60s");
    assert.equal(put.code, 0, put.err.join());
    assert.deepEqual((await kv("get", `${prefix}a`)).out, ["1"]);
    assert.equal((await kv("get", `${prefix}b`)).code, 1);
    assert.deepEqual((await kv("list", prefix)).out, [`${prefix}a\t1`]);
    assert.deepEqual((await kv("delete", prefix, "--prefix")).out, [`${prefix}a`]);
    assert.deepEqual((await kv("list", prefix)).out, []);
  },
});
