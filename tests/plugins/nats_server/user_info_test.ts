import assert from "node:assert/strict";
import { authenticator } from "../../../plugins/nats_server/mod.ts";
import { startedServer } from "./_net.ts";
import { RawClient } from "./_raw_client.ts";

const request = "SUB in 1\r\nPUB $SYS.REQ.USER.INFO in 0\r\n\r\n";

/** Requests the user information; returns its `data` member. */
async function userInfo(client: RawClient): Promise<unknown> {
  await client.send(request);
  await client.settle();
  const [, json] = /^MSG in 1 \d+\r\n(.*)\r\n$/.exec(client.take())!;
  return JSON.parse(json).data;
}

Deno.test("$SYS.REQ.USER.INFO answers with the user and its permissions", async () => {
  const permissions = {
    publish: { allow: ["$SYS.REQ.USER.INFO", "x"] },
    subscribe: { allow: ["in"] },
    allowResponses: { max: 3, expiresMs: 60_000 },
  };
  await using server = await startedServer({
    authenticator: authenticator({
      users: [{ user: "a", password: "p", permissions }, { user: "b", password: "p" }],
    }),
  });
  await using a = await RawClient.connect(server.port, { user: "a", pass: "p" });
  assert.deepEqual(await userInfo(a), {
    user: "a",
    account: "$G",
    account_name: "$G",
    permissions: {
      publish: permissions.publish,
      subscribe: permissions.subscribe,
      responses: { max: 3, ttl: 60_000_000_000 },
    },
  });
  await using b = await RawClient.connect(server.port, { user: "b", pass: "p" });
  assert.deepEqual(await userInfo(b), { user: "b", account: "$G", account_name: "$G" });
});

Deno.test("$SYS.REQ.USER.INFO needs the permission to publish on it", async () => {
  await using server = await startedServer({
    authenticator: authenticator({
      users: [{ user: "a", password: "p", permissions: { publish: { allow: ["x"] } } }],
    }),
  });
  await using client = await RawClient.connect(server.port, { user: "a", pass: "p" });
  await client.send(request);
  await client.settle();
  assert.equal(
    client.take(),
    `-ERR 'Permissions Violation for Publish to "$SYS.REQ.USER.INFO"'\r\n`,
  );
});

Deno.test("$SYS.REQ.USER.INFO is not delivered to subscribers of a wildcard", async () => {
  await using server = await startedServer();
  await using spy = await RawClient.connect(server.port);
  await spy.send("SUB $SYS.> 9\r\n");
  await spy.settle();
  await using client = await RawClient.connect(server.port);
  assert.deepEqual(await userInfo(client), { user: "", account: "$G", account_name: "$G" });
  await spy.settle();
  assert.equal(spy.take(), "");
});
