import assert from "node:assert/strict";
import { connect, nkeyAuthenticator, nkeys } from "npm:nats@2.29.3";
import { authenticator } from "../../../../plugins/nats_server/mod.ts";
import { readUserKey, verifyNonce } from "../../../../plugins/nats_server/security/nkey.ts";
import { startedServer } from "../_net.ts";

const nonce = "abcdefghijklmno";

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

Deno.test("verifyNonce() accepts only the key's own signature, in both base64 alphabets", async () => {
  const pair = nkeys.createUser();
  const key = readUserKey(pair.getPublicKey());
  const signature = base64(pair.sign(new TextEncoder().encode(nonce)));
  const url = signature.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  assert.ok(await verifyNonce(key, nonce, signature));
  assert.ok(await verifyNonce(key, nonce, url));
  assert.ok(!await verifyNonce(key, "another", signature));
  assert.ok(!await verifyNonce(readUserKey(nkeys.createUser().getPublicKey()), nonce, signature));
  for (const bad of ["", "short", "!".repeat(86), `${signature}x`]) {
    assert.ok(!await verifyNonce(key, nonce, bad), bad);
  }
});

Deno.test("readUserKey() refuses text that is not a public user nkey", () => {
  const good = nkeys.createUser().getPublicKey();
  const flipped = good.slice(0, 10) + (good[10] === "A" ? "B" : "A") + good.slice(11);
  const account = nkeys.createAccount().getPublicKey();
  for (const bad of ["", "U", good.slice(1), flipped, account, good.toLowerCase(), `${good}A`]) {
    assert.throws(() => readUserKey(bad), TypeError, bad);
  }
});

Deno.test("readUserKey() does not quote the text, which may be a seed", () => {
  const seed = new TextDecoder().decode(nkeys.createUser().getSeed());
  assert.throws(() => readUserKey(seed), (error: Error) => !error.message.includes(seed));
});

Deno.test("a client with the configured nkey can connect, one with another cannot", async () => {
  const pair = nkeys.createUser();
  await using server = await startedServer({
    authenticator: authenticator({ users: [{ nkey: pair.getPublicKey() }] }),
  });
  const options = { port: server.port, maxReconnectAttempts: 0 };
  const client = await connect({ ...options, authenticator: nkeyAuthenticator(pair.getSeed()) });
  await client.flush();
  assert.equal(
    (server.monitor.connz({ auth: true }).connections as { authorized_user: string }[])[0]
      .authorized_user,
    pair.getPublicKey(),
  );
  await client.close();
  const stranger = nkeyAuthenticator(nkeys.createUser().getSeed());
  await assert.rejects(connect({ ...options, authenticator: stranger }));
  assert.equal(server.stats.closed.authentication_failed, 1);
});
