import assert from "node:assert/strict";
import { manualClock, recordingLogs } from "../../../../core/testing/mod.ts";
import {
  authenticator,
  type AuthOptions,
  type Credentials,
  type Principal,
} from "../../../../plugins/nats_server/mod.ts";
import { PermissionSet } from "../../../../plugins/nats_server/security/permissions.ts";
import { maxPeerChecks } from "../../../../plugins/nats_server/security/bcrypt_checks.ts";
import { bytes, startedServer, until } from "../_net.ts";
import { RawClient } from "../_raw_client.ts";

const badOptions: readonly (readonly [string, AuthOptions])[] = [
  ["nothing", {}],
  ["both a token and users", { token: "t", users: [{ user: "a", password: "b" }] }],
  ["an empty token", { token: "" }],
  ["an empty password", { users: [{ user: "a", password: "" }] }],
  ["an empty name", { users: [{ user: "", password: "b" }] }],
  ["a name twice", { users: [{ user: "a", password: "b" }, { user: "a", password: "c" }] }],
  ["an nkey that is none", { users: [{ nkey: "UABC" }] }],
  ["a permission with a blank", {
    users: [{ user: "a", password: "b", permissions: { publish: { allow: ["x y"] } } }],
  }],
  ["a permission that is no subject", {
    users: [{ user: "a", password: "b", permissions: { subscribe: { deny: ["x..y"] } } }],
  }],
];

for (const [name, options] of badOptions) {
  Deno.test(`authenticator() throws for ${name}`, () => {
    assert.throws(() => authenticator(options), TypeError);
  });
}

Deno.test("authenticator() errors never show a secret", () => {
  for (const [, options] of badOptions) {
    try {
      authenticator(options);
    } catch (error) {
      assert.ok(!/"b"|"c"|"t"/.test(String(error)), String(error));
    }
  }
});

Deno.test("a client that sends no credentials is disconnected after auth_timeout", async () => {
  const clock = manualClock();
  await using server = await startedServer({ clock, authenticator: authenticator({ token: "t" }) });
  await using client = await RawClient.open(server.port);
  await client.until(() => client.received.includes("\r\n"));
  await clock.advance(3_000);
  await client.closed();
  assert.match(client.received, /-ERR 'Authentication Timeout'\r\n$/);
  assert.equal(server.stats.closed.authentication_timeout, 1);
});

Deno.test("messages sent together with CONNECT are handled after bcrypt has finished", async () => {
  const password = "$2b$04$8sysnPAFJsCLi16RSfiiN.ifVg4s0/sEbdLPnMjz.VICnzwCeqc8.";
  await using server = await startedServer({
    authenticator: authenticator({ users: [{ user: "a", password }] }),
  });
  const got: string[] = [];
  using _ = server.subscribe("x", { onMessage: ({ reply }) => void got.push(reply) });
  await using good = await RawClient.open(server.port);
  await good.send('CONNECT {"user":"a","pass":"secret","verbose":false}\r\nPUB x good 0\r\n\r\n');
  await good.settle();
  await using bad = await RawClient.open(server.port);
  await bad.send('CONNECT {"user":"a","pass":"wrong","verbose":false}\r\nPUB x bad 0\r\n\r\n');
  await bad.closed();
  assert.deepEqual(got, ["good"]);
});

Deno.test("reload() disconnects removed users and gives the others their new permissions", async () => {
  await using server = await startedServer({
    authenticator: authenticator({
      users: [{ user: "stays", password: "p" }, { user: "goes", password: "p" }],
    }),
  });
  await using stays = await RawClient.connect(server.port, { user: "stays", pass: "p" });
  await using goes = await RawClient.connect(server.port, { user: "goes", pass: "p" });
  await stays.send("SUB kept 1\r\nSUB lost 2\r\n");
  await stays.settle();
  await server.reload({
    authenticator: authenticator({
      users: [{ user: "stays", password: "p", permissions: { subscribe: { allow: ["kept"] } } }],
    }),
  });
  await goes.closed();
  assert.match(goes.received, /-ERR 'Authorization Violation'\r\n$/);
  server.publish("kept", bytes("x"));
  server.publish("lost", bytes("x"));
  await stays.settle();
  assert.equal(
    stays.take(),
    `-ERR 'Permissions Violation for Subscription to "lost" (sid "2")'\r\nMSG kept 1 1\r\nx\r\n`,
  );
});

Deno.test("a response is allowed for a limited time and a limited number of times", () => {
  let nowMs = 0;
  const guard = new PermissionSet({ allowResponses: { max: 2, expiresMs: 1_000 } }).guard(() =>
    nowMs
  );
  assert.equal(guard.mayPublish("inbox"), false);
  guard.expectResponse("inbox");
  assert.deepEqual([1, 2, 3].map(() => guard.mayPublish("inbox")), [true, true, false]);
  guard.expectResponse("inbox");
  nowMs = 1_001;
  assert.equal(guard.mayPublish("inbox"), false);
});

Deno.test("the number of expected responses is bounded: the oldest is dropped", () => {
  const guard = new PermissionSet({ allowResponses: true }).guard(() => 0);
  for (let i = 0; i <= 4_096; i++) guard.expectResponse(`inbox.${i}`);
  assert.equal(guard.mayPublish("inbox.0"), false);
  assert.equal(guard.mayPublish("inbox.1"), true);
  assert.equal(guard.mayPublish("inbox.4096"), true);
});

Deno.test("cached permission decisions are bounded and stay correct", () => {
  const guard = new PermissionSet({ publish: { allow: ["a.*"] } }).guard(() => 0);
  for (let i = 0; i < 5_000; i++) {
    assert.equal(guard.mayPublish(`a.${i}`), true);
    assert.equal(guard.mayPublish(`b.${i}`), false);
  }
});

for (const kind of ["publish", "subscribe"] as const) {
  Deno.test(`authenticator() refuses an empty allow list of ${kind} and names the remedy`, () => {
    const permissions = { [kind]: { allow: [] } };
    assert.throws(
      () => authenticator({ users: [{ user: "a", password: "p", permissions }] }),
      /Invalid (publish|subscribe) permissions: the allow list is empty; remove it .* deny to \[">"\]/,
    );
  });
}

Deno.test("maySubscribe() does not let a rule with * allow a subscription to >", () => {
  const guard = new PermissionSet({ subscribe: { allow: ["foo.*", "bar.>", "baz.* q"] } })
    .guard(() => 0);
  assert.deepEqual(
    ["foo.a", "foo.*", "foo.>", "bar.>", "bar.*", "bar.*.>", ">"].map((subject) =>
      guard.maySubscribe(subject, null)
    ),
    [true, true, false, true, true, true, false],
  );
  assert.equal(guard.maySubscribe("baz.*", "q"), true);
  assert.equal(guard.maySubscribe("baz.>", "q"), false);
});

Deno.test("a granted response wins over a deny list", () => {
  const guard = new PermissionSet({ publish: { deny: ["inbox.>"] }, allowResponses: true })
    .guard(() => 0);
  assert.equal(guard.mayPublish("inbox.1"), false);
  guard.expectResponse("inbox.1");
  assert.equal(guard.mayPublish("inbox.1"), true);
});

Deno.test("a client without credentials connects as no_auth_user, with its permissions", async () => {
  await using server = await startedServer({
    authenticator: authenticator({
      users: [
        { user: "guest", password: "p", permissions: { publish: { allow: ["open"] } } },
        { user: "app", password: "p" },
      ],
      noAuthUser: "guest",
    }),
  });
  await using guest = await RawClient.connect(server.port);
  await guest.send("PUB closed 0\r\n\r\nPUB open 0\r\n\r\n");
  await guest.settle();
  assert.equal(guest.take(), `-ERR 'Permissions Violation for Publish to "closed"'\r\n`);
  await using wrong = await RawClient.open(server.port);
  await wrong.send('CONNECT {"user":"app","pass":"wrong"}\r\n');
  await wrong.closed();
  assert.match(wrong.received, /Authorization Violation/);
});

Deno.test("authenticator() refuses a no_auth_user that is not listed", () => {
  const users = [{ user: "a", password: "p" }];
  assert.throws(() => authenticator({ users, noAuthUser: "b" }), /Invalid no_auth_user "b"/);
  assert.throws(() => authenticator({ token: "t", noAuthUser: "b" }), /Invalid no_auth_user "b"/);
});

/** bcrypt of `s3cret`, cost 10: a tenth of a second. */
const slowHash = "$2b$10$Js5jNvuZ.nrYbb6Lz95NMegqmhBwbCQG4icm1y3cbcveWqRPT7HW6";

function credentials(user: string, pass: string): Credentials {
  return { user, pass, token: "", nkey: "", signature: "", nonce: "", certificate: null };
}

for (const [kind, name] of [["unknown", "nobody"], ["with a plain password", "plain"]]) {
  Deno.test(`a wrong password of a user ${kind} is checked as long as that of a hashed one`, async () => {
    const checks = authenticator({
      users: [{ user: "hashed", password: slowHash }, { user: "plain", password: "p" }],
    });
    const time = async (user: string) => {
      const startMs = performance.now();
      assert.equal(await checks.authenticate(credentials(user, "guess")), null);
      return performance.now() - startMs;
    };
    await time("hashed");
    const hashedMs = await time("hashed");
    const otherMs = await time(name);
    assert.ok(otherMs > hashedMs / 3, `${otherMs} ms, ${hashedMs} ms`);
    checks.close?.();
  });
}

Deno.test("a client whose bcrypt check found too many pending is told so, not that it is wrong", async () => {
  const server = await startedServer({
    authenticator: authenticator({ users: [{ user: "a", password: slowHash }] }),
  });
  await using clients = new AsyncDisposableStack();
  const crowd: RawClient[] = [];
  for (let i = 0; i < maxPeerChecks + 8; i++) {
    const client = clients.use(await RawClient.open(server.port));
    await client.send(`CONNECT {"user":"a","pass":"guess ${i}","verbose":false}\r\n`);
    crowd.push(client);
  }
  await until(() => server.stats.closed.authentication_busy > 0);
  assert.ok(server.stats.pendingAuthentications > 0);
  await until(() => crowd.some(({ ended }) => ended));
  await server.close();
  await Promise.all(crowd.map((client) => client.closed()));
  assert.ok(crowd.some(({ received }) => received.endsWith("-ERR 'Authentication Busy'\r\n")));
  const { closed, pendingAuthentications } = server.stats;
  assert.equal(pendingAuthentications, 0);
  assert.equal(
    crowd.filter(({ received }) => received.includes("Authorization Violation")).length,
    closed.authentication_failed,
  );
});

Deno.test("clients are served while bcrypt checks run", async () => {
  await using server = await startedServer({
    authenticator: authenticator({
      users: [{ user: "a", password: slowHash }, { user: "witness", password: "p" }],
    }),
  });
  await using witness = await RawClient.connect(server.port, { user: "witness", pass: "p" });
  await using clients = new AsyncDisposableStack();
  for (let i = 0; i < 20; i++) {
    const client = clients.use(await RawClient.open(server.port));
    await client.send(`CONNECT {"user":"a","pass":"guess ${i}","verbose":false}\r\n`);
  }
  let rounds = 0;
  while (server.stats.closed.authentication_failed < 20) {
    await witness.settle();
    rounds++;
  }
  // At least two a check; when checks block the event loop, there is about one.
  assert.ok(rounds > 40, `${rounds} PINGs were answered during 20 checks`);
});

Deno.test("the time limit of authentication does not count the check", async () => {
  const clock = manualClock();
  const verdict = Promise.withResolvers<Principal>();
  await using server = await startedServer({
    clock,
    authenticator: { required: true, needsNonce: false, authenticate: () => verdict.promise },
  });
  await using client = await RawClient.open(server.port);
  await client.send('CONNECT {"verbose":false}\r\nPING\r\n');
  await until(() => server.stats.pendingAuthentications === 1);
  await clock.advance(3_000);
  verdict.resolve({ name: "a", guard: null });
  await client.until(() => client.received.endsWith("PONG\r\n"));
});

Deno.test("an authentication that fails is logged and the client is told to try again", async () => {
  const logs = recordingLogs();
  await using server = await startedServer({
    log: logs.registry.logger("nats_server"),
    authenticator: {
      required: true,
      needsNonce: false,
      authenticate: () => Promise.reject(new Error("no worker")),
    },
  });
  await using client = await RawClient.open(server.port);
  await client.send("CONNECT {}\r\n");
  await client.closed();
  assert.match(client.received, /-ERR 'Authentication Busy'\r\n$/);
  assert.ok(logs.messages("error").includes("Cannot authenticate a client"));
});

Deno.test("a check that a reload overtakes is made again by the new authenticator", async () => {
  await using server = await startedServer({
    authenticator: authenticator({ users: [{ user: "a", password: slowHash }] }),
  });
  await using client = await RawClient.open(server.port);
  await client.send('CONNECT {"user":"a","pass":"new","verbose":false}\r\nPING\r\n');
  await until(() => server.stats.pendingAuthentications === 1);
  await server.reload({
    authenticator: authenticator({ users: [{ user: "a", password: "new" }] }),
  });
  await client.until(() => client.ended || client.received.endsWith("PONG\r\n"));
  assert.ok(!client.ended, client.received);
});
