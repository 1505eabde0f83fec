import assert from "node:assert/strict";
import {
  BcryptChecks,
  maxChecks,
  maxPeerChecks,
} from "../../../../plugins/nats_server/security/bcrypt_checks.ts";

/** bcrypt of `s3cret`, cost 4. */
const hash = "$2b$04$ScNZLzwkDAl6077IBcr.e.8zvC.n9Cur5m.8Q7pZ0Z64Akrn7prFK";
/** The same with a cost that takes hundreds of milliseconds; no password is known for it. */
const slowHash = hash.replace("$04$", "$12$");

Deno.test("check() tells the right password from a wrong one", async () => {
  await using checks = closing(new BcryptChecks());
  assert.equal(await checks.check(hash, "s3cret"), true);
  assert.equal(await checks.check(hash, "S3cret"), false);
});

Deno.test("check() leaves the event loop free while it runs", async () => {
  await using checks = closing(new BcryptChecks());
  await checks.check(hash, "starts the worker");
  let turns = 0;
  const turn = setInterval(() => turns++, 1);
  await checks.check(slowHash, "guess");
  clearInterval(turn);
  // The library's own asynchronous form frees the event loop every 100 ms only: a few turns.
  assert.ok(turns > 50, `${turns} turns of the event loop`);
});

Deno.test("check() is busy beyond the limit of an address and beyond the limit of all", async () => {
  await using checks = closing(new BcryptChecks());
  const from = (peer: string) =>
    Array.from({ length: maxPeerChecks + 3 }, () => checks.check(hash, "s3cret", { peer }));
  const all = await Promise.all([from("a"), from("b"), [checks.check(hash, "s3cret")]].flat());
  const busy = all.flatMap((outcome, i) => outcome === "busy" ? [i] : []);
  const last = 2 * maxPeerChecks + 6;
  assert.equal(maxChecks, 2 * maxPeerChecks);
  assert.deepEqual(busy, [
    ...[0, 1, 2].map((i) => maxPeerChecks + i),
    ...[0, 1, 2].map((i) => 2 * maxPeerChecks + 3 + i),
    last,
  ]);
  assert.equal(all.filter((outcome) => outcome === true).length, maxChecks);
  assert.equal(await checks.check(hash, "s3cret", { peer: "a" }), true);
});

Deno.test("check() without a limit waits where others are refused", async () => {
  await using checks = closing(new BcryptChecks());
  const crowd = Array.from({ length: maxPeerChecks + 1 }, () => checks.check(hash, "guess"));
  const patient = checks.check(hash, "s3cret", { isUnlimited: true });
  assert.equal(await crowd.at(-1), "busy");
  assert.equal(await patient, true);
  await Promise.all(crowd);
});

Deno.test("addresses take turns", async () => {
  await using checks = closing(new BcryptChecks());
  const order: string[] = [];
  const check = async (peer: string) => {
    await checks.check(hash, "guess", { peer });
    order.push(peer);
  };
  await Promise.all(["a", "a", "a", "a", "b", "c"].map(check));
  assert.deepEqual(order, ["a", "a", "b", "c", "a", "a"]);
});

Deno.test("close() ends pending checks as busy, and a later check starts again", async () => {
  await using checks = closing(new BcryptChecks());
  const starting = [checks.check(hash, "s3cret"), checks.check(hash, "s3cret")];
  checks.close();
  assert.deepEqual(await Promise.all(starting), ["busy", "busy"]);
  assert.equal(await checks.check(hash, "s3cret"), true);
  const running = [checks.check(slowHash, "guess"), checks.check(hash, "s3cret")];
  checks.close();
  checks.close();
  assert.deepEqual(await Promise.all(running), ["busy", "busy"]);
});

Deno.test("check() rejects when the worker fails, and the next check gets a new one", async () => {
  await using checks = closing(new BcryptChecks());
  const notText = undefined as unknown as string;
  await assert.rejects(checks.check(hash, notText), {
    code: "nats_password_check_failed",
    message: /^Cannot check a bcrypt password: the worker failed: .*Illegal arguments/,
  });
  assert.equal(await checks.check(hash, "s3cret"), true);
});

function closing(checks: BcryptChecks): BcryptChecks & AsyncDisposable {
  return Object.assign(checks, {
    async [Symbol.asyncDispose]() {
      checks.close();
      // The runtime ends a worker in a later turn.
      await new Promise((resolve) => setTimeout(resolve, 0));
    },
  });
}
