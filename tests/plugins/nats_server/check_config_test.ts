import assert from "node:assert/strict";
import { readSection, sourcesFrom } from "../../../core/mod.ts";
import { checkConfig } from "../../../plugins/nats_server/check_config.ts";
import { natsServerFields } from "../../../plugins/nats_server/config.ts";

function keysOf(nats: Record<string, unknown>): string[] {
  const sources = sourcesFrom({ file: { path: "a.yaml", values: { nats } } });
  const { values, problems } = readSection("nats", natsServerFields, sources);
  assert(values, JSON.stringify(problems));
  return checkConfig(values).map(({ key }) => key);
}

const users = [{ user: "a", password: "b" }];

for (
  const [config, keys] of [
    [{}, []],
    [{ host: "::1" }, []],
    [{ host: "localhost" }, []],
    [{ host: "0.0.0.0" }, ["host"]],
    [{ host: "0.0.0.0", tls_cert_file: "a", allow_non_tls: true }, ["host"]],
    [{ host: "0.0.0.0", tls_cert_file: "a" }, []],
    [{ host: "0.0.0.0", users_file: "a" }, []],
    [{ host: "0.0.0.0", users }, []],
    [{ token: "" }, ["token"]],
    [{ token: "a", users }, ["token"]],
    [{ token: "a", no_auth_user: "b" }, ["token"]],
    [{ users, users_file: "a" }, ["users_file"]],
    [{ users, no_auth_user: "b" }, ["users"]],
    [{ tls_verify_and_map: true }, ["users"]],
  ] as const
) {
  Deno.test(`checkConfig() finds ${keys.join() || "nothing"} wrong with ${JSON.stringify(config)}`, () => {
    assert.deepEqual(keysOf(config), keys);
  });
}
