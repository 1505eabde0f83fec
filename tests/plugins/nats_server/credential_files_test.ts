import assert from "node:assert/strict";
import { definePlugin } from "../../../core/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { type NatsServer, natsServer, natsServerToken } from "../../../plugins/nats_server/mod.ts";
import { otherServerPair, serverPair } from "../../_support/certificates.ts";
import { RawClient } from "./_raw_client.ts";
import { tempDir } from "../../_support/temp_dir.ts";

interface Running extends AsyncDisposable {
  readonly kit: Harness;
  readonly server: NatsServer;
  /** Writes a file with a new modification time and advances the clock until the server has logged the reload. */
  change(name: string, text: string): Promise<void>;
}

/** How many reloads the server has logged, successful or not. */
function reloads({ logs }: Harness): number {
  return logs.messages().filter((text) => /reloaded|stay active/.test(text)).length;
}

/** A server whose credentials are files in a temporary folder. */
async function start(
  files: Record<string, string>,
  section: (folder: string) => Record<string, unknown>,
): Promise<Running> {
  const dir = tempDir();
  const folder = dir.path;
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  let server: NatsServer | undefined;
  const probe = definePlugin({
    name: "probe",
    requires: [natsServerToken],
    init: ({ get }) => void (server = get(natsServerToken)),
  });
  const kit = harness({
    plugins: [natsServer(), probe],
    config: { nats: { port: 0, ...section(folder) } },
  });
  await kit.agent.start();
  let changes = 0;
  return {
    kit,
    server: server!,
    async change(name, text) {
      const before = reloads(kit);
      await Deno.writeTextFile(`${folder}/${name}`, text);
      await Deno.utime(`${folder}/${name}`, 1_000 + ++changes, 1_000 + changes);
      for (let tries = 0; reloads(kit) === before; tries++) {
        assert.ok(tries < 1_000, "the server logged no reload");
        await kit.clock.advance(10_000);
      }
    },
    async [Symbol.asyncDispose]() {
      await kit[Symbol.asyncDispose]();
      dir[Symbol.dispose]();
    },
  };
}

const users = (...names: string[]) =>
  JSON.stringify(names.map((user) => ({ user, password: `secret of ${user}` })));

async function canConnect(port: number, user: string): Promise<boolean> {
  await using client = await RawClient.open(port);
  const options = JSON.stringify({ user, pass: `secret of ${user}`, verbose: false });
  await client.send(`CONNECT ${options}\r\nPING\r\n`);
  await client.until(() => /PONG|-ERR/.test(client.received));
  return client.received.includes("PONG");
}

Deno.test("natsServer() reloads a changed list of users without a restart", async () => {
  await using it = await start(
    { "users.json": users("a", "b") },
    (folder) => ({ users_file: `${folder}/users.json` }),
  );
  const { port } = it.server;
  assert.deepEqual([await canConnect(port, "a"), await canConnect(port, "c")], [true, false]);
  await it.change("users.json", users("b", "c"));
  assert.deepEqual([await canConnect(port, "a"), await canConnect(port, "c")], [false, true]);
});

for (
  const [name, text] of [
    ["is not JSON", '[{"user":"b","password":"secret of b"'],
    ["has a misspelt key", '[{"user":"b","pasword":"secret of b"}]'],
    ["is empty", "[]"],
  ]
) {
  Deno.test(`natsServer() keeps the previous users when the changed list ${name}, and logs no secret`, async () => {
    await using it = await start(
      { "users.json": users("a") },
      (folder) => ({ users_file: `${folder}/users.json` }),
    );
    await it.change("users.json", text);
    const status = it.kit.agent.status.plugin("nats_server")!;
    assert.equal(status.state, "error");
    assert.match(
      status.reason,
      /users\.json: .*; the previous users and certificates stay active$/,
    );
    assert.doesNotMatch(JSON.stringify(it.kit.logs.entries), /secret of/);
    assert.ok(await canConnect(it.server.port, "a"));
    await it.change("users.json", users("b"));
    assert.equal(it.kit.agent.status.plugin("nats_server")!.state, "ok");
    assert.ok(await canConnect(it.server.port, "b"));
  });
}

Deno.test("natsServer() uses a rotated certificate when its key has changed too", async () => {
  await using it = await start(
    { "cert.pem": serverPair.cert, "key.pem": serverPair.key },
    (folder) => ({ tls_cert_file: `${folder}/cert.pem`, tls_key_file: `${folder}/key.pem` }),
  );
  const state = () => it.kit.agent.status.plugin("nats_server")!.state;
  await it.change("cert.pem", otherServerPair.cert);
  assert.equal(state(), "error");
  await it.change("key.pem", otherServerPair.key);
  assert.equal(state(), "ok");
});

Deno.test("natsServer() does not start when users_file is combined with a token", async () => {
  await using kit = harness({
    plugins: [natsServer()],
    config: { nats: { port: 0, token: "t", users_file: "users.json" } },
  });
  await assert.rejects(
    kit.agent.start(),
    /users_file: cannot be combined with nats\.users or nats\.token/,
  );
});
