import assert from "node:assert/strict";
import { isBcrypt, SecretComparison } from "../../../../plugins/nats_server/security/secrets.ts";

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
  assert.equal(await secrets.matches(hash, "S3cret"), false);
});

Deno.test("matches() compares one hash at a time and refuses when 256 comparisons wait", async () => {
  const secrets = new SecretComparison();
  const order: number[] = [];
  const verdicts = Array.from({ length: 300 }, async (_, i) => {
    const verdict = await secrets.matches(hash, i === 200 ? "s3cret" : `guess ${i}`);
    if (i < 256) order.push(i);
    return verdict;
  });
  const told = await Promise.all(verdicts);
  assert.deepEqual(order, Array.from({ length: 256 }, (_, i) => i));
  assert.deepEqual(told.flatMap((verdict, i) => verdict ? [i] : []), [200]);
  assert.equal(await secrets.matches(hash, "s3cret"), true);
});
