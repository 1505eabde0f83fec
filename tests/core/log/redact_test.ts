import assert from "node:assert/strict";
import { AgentError } from "../../../core/errors/mod.ts";
import { redact, redactText } from "../../../core/log/mod.ts";

for (
  const name of ["password", "db_passwd", "passphrase", "clientSecret", "authToken", "apiKey"]
    .concat("credentials", "Authorization", "private_key", "secrets")
) {
  Deno.test(`redact() hides the member ${name} at any depth`, () => {
    assert.deepEqual(redact({ [name]: "x", a: { b: [{ [name]: "x" }] } }), {
      [name]: "[redacted]",
      a: { b: [{ [name]: "[redacted]" }] },
    });
  });
}

Deno.test("redact() leaves names alone that only look similar", () => {
  const fields = { tokens: 5, passed: true, keyCount: 1, passenger: "n" };
  assert.deepEqual(redact(fields), fields);
});

Deno.test("redact() hides user information in URLs, in texts and in errors", () => {
  const cause = new Error("dial nats://u:p@h");
  assert.deepEqual(
    redact({
      url: "https://user:pw@host/path",
      endpoint: new URL("http://a:b@c/"),
      error: new AgentError("unavailable", "Cannot dial", { cause }),
    }),
    {
      url: "https://[redacted]@host/path",
      endpoint: "http://[redacted]@c/",
      error: "Cannot dial (unavailable): dial nats://[redacted]@h",
    },
  );
});

Deno.test("D-LOG-7 redact() never changes what it is given", () => {
  const fields = { password: "x", nested: { token: "y" }, list: [{ secret: "z" }] };
  const copy = structuredClone(fields);
  redact(fields);
  assert.deepEqual(fields, copy);
});

Deno.test("redact() ends when objects or causes refer to themselves", () => {
  const circle: Record<string, unknown> = { name: "a" };
  circle.self = circle;
  assert.match(JSON.stringify(redact(circle)), /\[deep\]/);
  const [inner, outer] = [new Error("inner"), new Error("outer")];
  inner.cause = outer;
  outer.cause = inner;
  assert.equal(redact({ error: outer }).error, "outer: inner: outer: inner: outer");
});

Deno.test("redact() does not repeat a cause that the message of an error quotes, and gives its code", () => {
  const cause = new AgentError("queue_full", "the queue is full");
  const error = new AgentError("plugin_failed", `Cannot close: ${cause.message}`, { cause });
  assert.equal(redact({ error }).error, "Cannot close: the queue is full (queue_full)");
});

Deno.test("redact() bounds what it copies", () => {
  const { long, many, bytes, big } = redact({
    long: "x".repeat(10_000),
    many: Array(1_000).fill(1),
    bytes: new Uint8Array(7),
    big: 12n,
  });
  assert.equal((long as string).length, 4_099);
  assert.equal((many as unknown[]).length, 100);
  assert.equal(bytes, "[7 bytes]");
  assert.equal(big, "12");
});

Deno.test("redactText() leaves texts without user information as they are", () => {
  for (const text of ["see http://host/a and a@b.c", "at 10:30", "user@host", ""]) {
    assert.equal(redactText(text), text);
  }
});

for (
  const [text, safe] of [
    ["nats://u:SE/CRET@h:1 failed", "nats://[redacted]@h:1 failed"],
    ["nats://u:SE@CRET@h:1", "nats://[redacted]@h:1"],
    ["server u:SECRET@h:1: refused", "server [redacted]@h:1: refused"],
    ["Invalid URL: 'http://u:SE/CRET@h'", "Invalid URL: 'http://[redacted]@h'"],
    ["http//u:SECRET@h", "[redacted]@h"],
    ["a http://u:SECRET@x,http://v:SECRET@y", "a http://[redacted]@y"],
  ]
) {
  Deno.test(`redactText() hides the password of an address that is not well-formed: ${text.replace(/SE.?CRET/g, "...")}`, () => {
    assert.equal(redactText(text), safe);
  });
}

for (const kind of ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]) {
  Deno.test(`redactText() hides a ${kind} in PEM, complete or cut, and keeps certificates`, () => {
    const key = `-----BEGIN ${kind}-----\nMIIs3cret\n-----END ${kind}-----`;
    const certificate = "-----BEGIN CERTIFICATE-----\nMIIpublic\n-----END CERTIFICATE-----";
    assert.equal(
      redactText(`${certificate}\n${key}\nand ${key}\nthe end`),
      `${certificate}\n[redacted]\nand [redacted]\nthe end`,
    );
    assert.equal(redactText(`key: ${key.slice(0, -30)}`), "key: [redacted]");
    assert.equal(redactText(JSON.stringify({ text: key, a: 1 })), '{"text":"[redacted]","a":1}');
  });
}
