import assert from "node:assert/strict";
import { definePlugin } from "../../../core/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { type NatsServer, natsServer, natsServerToken } from "../../../plugins/nats_server/mod.ts";
import { otherServerPair, serverPair } from "./_certificates.ts";
import { RawClient } from "./_raw_client.ts";

interface Running extends AsyncDisposable {
  readonly kit: Harness;
  readonly server: NatsServer;
  /** Writes a file, with a time of its own, and looks until the server has said something about it. */
  change(name: string, text: string): Promise<void>;
}

/** How often the server has said what came of a change. */
function verdicts({ logs }: Harness): number {
  return logs.messages().filter((text) => /reloaded|stay in force/.test(text)).length;
}

/** A server whose credentials stand in files of a folder of its own. */
async function start(
  files: Record<string, string>,
  section: (folder: string) => Record<string, unknown>,
): Promise<Running> {
  const folder = await Deno.makeTempDir();
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
      const said = verdicts(kit);
      await Deno.writeTextFile(`${folder}/${name}`, text);
      await Deno.utime(`${folder}/${name}`, 1_000 + ++changes, 1_000 + changes);
      for (let tries = 0; verdicts(kit) === said; tries++) {
        assert.ok(tries < 1_000, "the server said nothing");
        await kit.clock.advance(10_000);
      }
    },
    async [Symbol.asyncDispose]() {
      await kit[Symbol.asyncDispose]();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

const users = (...names: string[]) =>
  JSON.stringify(names.map((user) => ({ user, password: `secret of ${user}` })));

async function comesIn(port: number, user: string): Promise<boolean> {
  await using client = await RawClient.open(port);
  const options = JSON.stringify({ user, pass: `secret of ${user}`, verbose: false });
  await client.send(`CONNECT ${options}\r\nPING\r\n`);
  await client.until(() => /PONG|-ERR/.test(client.received));
  return client.received.includes("PONG");
}

Deno.test("natsServer() puts another list of users in force without a restart", async () => {
  await using it = await start(
    { "users.json": users("a", "b") },
    (folder) => ({ users_file: `${folder}/users.json` }),
  );
  const { port } = it.server;
  assert.deepEqual([await comesIn(port, "a"), await comesIn(port, "c")], [true, false]);
  await it.change("users.json", users("b", "c"));
  assert.deepEqual([await comesIn(port, "a"), await comesIn(port, "c")], [false, true]);
});

for (
  const [name, text] of [
    ["is no JSON", '[{"user":"b","password":"secret of b"'],
    ["has a misspelt key", '[{"user":"b","pasword":"secret of b"}]'],
    ["names nobody", "[]"],
  ]
) {
  Deno.test(`natsServer() keeps the users in force when the changed list ${name}, and quotes no secret`, async () => {
    await using it = await start(
      { "users.json": users("a") },
      (folder) => ({ users_file: `${folder}/users.json` }),
    );
    await it.change("users.json", text);
    const status = it.kit.agent.status.plugin("nats_server")!;
    assert.equal(status.state, "error");
    assert.match(
      status.reason,
      /users\.json: .*; the earlier users and certificates stay in force$/,
    );
    assert.doesNotMatch(JSON.stringify(it.kit.logs.entries), /secret of/);
    assert.ok(await comesIn(it.server.port, "a"));
    await it.change("users.json", users("b"));
    assert.equal(it.kit.agent.status.plugin("nats_server")!.state, "ok");
    assert.ok(await comesIn(it.server.port, "b"));
  });
}

Deno.test("natsServer() takes a rotated certificate once its key is there, too", async () => {
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

Deno.test("natsServer() does not start with a file of users beside other users", async () => {
  await using kit = harness({
    plugins: [natsServer()],
    config: { nats: { port: 0, token: "t", users_file: "users.json" } },
  });
  await assert.rejects(kit.agent.start(), /users_file excludes nats\.users and nats\.token/);
});
