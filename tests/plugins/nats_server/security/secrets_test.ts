import assert from "node:assert/strict";
import {
  isBcrypt,
  SecretComparison,
  unmatchableSecret,
} from "../../../../plugins/nats_server/security/secrets.ts";

/** bcrypt of `s3cret`, cost 4. */
const hash = "$2b$04$ScNZLzwkDAl6077IBcr.e.8zvC.n9Cur5m.8Q7pZ0Z64Akrn7prFK";

Deno.test("isBcrypt() tells a hash from a password that begins like one", () => {
  assert.ok(isBcrypt(hash));
  assert.ok(isBcrypt(hash.replace("$2b$", "$2y$")));
  assert.ok(!isBcrypt("$2b$04$short"));
  assert.ok(!isBcrypt("s3cret"));
});

Deno.test("matches() compares plain text synchronously and hashes asynchronously", async () => {
  const secrets = new SecretComparison();
  assert.equal(secrets.matches("s3cret", "s3cret"), true);
  assert.equal(secrets.matches("s3cret", "S3cret"), false);
  assert.equal(await secrets.matches(hash, "s3cret"), true);
  assert.equal(await secrets.matches(hash.replace("$2b$", "$2y$"), "s3cret"), true);
  assert.equal(await secrets.matches(hash, "S3cret"), false);
  secrets.close();
});

Deno.test("unmatchableSecret() has the highest cost of the given hashes", () => {
  const costly = hash.replace("$04$", "$11$");
  assert.match(unmatchableSecret(["plain", hash, costly]), /^\$2b\$11\$/);
  assert.ok(isBcrypt(unmatchableSecret([hash])));
  assert.ok(!isBcrypt(unmatchableSecret(["plain"])));
  assert.notEqual(unmatchableSecret(["plain"]), unmatchableSecret(["plain"]));
});

Deno.test("the hash of unmatchableSecret() ends in a character that no hash ends in", async () => {
  const bcrypt = await import("npm:bcryptjs@3.0.3");
  const secret = unmatchableSecret([hash]);
  const made = bcrypt.hashSync("x", secret.slice(0, 29));
  assert.equal(made.length, secret.length);
  assert.equal(made.slice(0, 29), secret.slice(0, 29));
  // 23 bytes in 31 characters: the last one carries four bits, so its index in bcrypt's alphabet is even.
  assert.ok("./ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(secret.at(-1)!) % 2 === 1);
});
