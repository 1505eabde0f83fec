import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import {
  fingerprints,
  readCertificate,
} from "../../../../plugins/nats_server/transport/certificate.ts";
import { authority, clientPair } from "../../../_support/certificates.ts";

const client = new X509Certificate(clientPair.cert);

/** One element of DER. */
function der(tag: number, ...parts: (Uint8Array | number[] | string)[]): Uint8Array {
  const content = parts.flatMap((part) =>
    typeof part === "string" ? [...new TextEncoder().encode(part)] : [...part]
  );
  const { length } = content;
  const head = length < 0x80 ? [length] : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...head, ...content]);
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);

/** An attribute of type 2.5.4.`arc`. */
function attribute(arc: number, value: Uint8Array): Uint8Array {
  return sequence(der(0x06, [0x55, 0x04, arc]), value);
}

/** A certificate without signature; `subject` holds the relative names. */
function certificate(subject: Uint8Array, ...extensions: Uint8Array[]): Uint8Array {
  const nothing = sequence();
  const fields = [der(0x02, [1]), nothing, nothing, nothing, subject, nothing];
  const more = extensions.length === 0 ? [] : [der(0xa3, sequence(...extensions))];
  return sequence(sequence(...fields, ...more));
}

const set = (...parts: Uint8Array[]) => der(0x31, ...parts);

Deno.test("readCertificate() reads the names and fingerprints of a certificate", () => {
  const found = readCertificate(client.raw);
  assert.equal(found.subject, "CN=client");
  assert.deepEqual(found.name, [[{ type: "CN", value: "client" }]]);
  assert.deepEqual(found.dnsNames, ["localhost"]);
  assert.deepEqual(found.emails, []);
  assert.equal(found.sha256, client.fingerprint256.replaceAll(":", "").toLowerCase());
  assert.match(found.publicKeySha256, /^[0-9a-f]{64}$/);
});

Deno.test("readCertificate() keeps parts of a name apart whatever their values contain", () => {
  const name = sequence(
    set(attribute(10, der(0x0c, "Tests, CN=root"))),
    set(attribute(3, der(0x13, "app")), attribute(11, der(0x0c, "a+OU=b"))),
  );
  const { name: found, subject } = readCertificate(certificate(name));
  assert.deepEqual(found, [
    [{ type: "OU", value: "a+OU=b" }, { type: "CN", value: "app" }],
    [{ type: "O", value: "Tests, CN=root" }],
  ]);
  assert.equal(subject, "CN=app,OU=a\\+OU=b,O=Tests\\, CN=root");
});

Deno.test("readCertificate() reads email addresses, DNS names and URIs of the alternative names", () => {
  const names = sequence(
    der(0x81, "a@b.example"),
    der(0x82, "b.example"),
    der(0x86, "urn:a"),
    der(0x87, [127, 0, 0, 1]),
  );
  const extension = sequence(der(0x06, [0x55, 0x1d, 0x11]), der(0x01, [0xff]), der(0x04, names));
  const found = readCertificate(certificate(sequence(), extension));
  assert.deepEqual(
    [found.emails, found.dnsNames, found.uris],
    [["a@b.example"], ["b.example"], ["urn:a"]],
  );
});

for (
  const [what, value] of [
    ["UTF-8 that is not", der(0x0c, [0xff])],
    ["UTF-16 that is cut", der(0x1e, [0x00])],
    ["a printable string beyond ASCII", der(0x13, [0xe4])],
    ["a value that is no text", der(0x02, [1])],
  ] as const
) {
  Deno.test(`readCertificate() refuses ${what}`, () => {
    const name = sequence(set(attribute(3, value)));
    assert.throws(() => readCertificate(certificate(name)), TypeError);
  });
}

Deno.test("readCertificate() refuses lengths that are not the shortest, and long tags", () => {
  const name = sequence(set(attribute(3, Uint8Array.of(0x0c, 0x81, 1, 0x61))));
  assert.throws(() => readCertificate(certificate(name)), /not DER/);
  assert.throws(() => readCertificate(Uint8Array.of(0x3f, 0x01, 0x00)), /not DER/);
});

Deno.test("readCertificate() reads any damaged certificate to an end, or throws a TypeError", () => {
  let state = 1;
  const random = (below: number) => (state = state * 48_271 % 2_147_483_647) % below;
  for (let round = 0; round < 5_000; round++) {
    const bytes = Uint8Array.from(client.raw).subarray(0, random(client.raw.length + 1));
    for (let i = random(4); i > 0 && bytes.length > 0; i--) {
      bytes[random(bytes.length)] = random(256);
    }
    try {
      readCertificate(bytes);
    } catch (error) {
      assert.ok(error instanceof TypeError, `round ${round}: ${error}`);
      assert.match(error.message, /^Cannot read the certificate: /, `round ${round}`);
    }
  }
});

Deno.test("fingerprints() returns one for each certificate of the text", () => {
  const found = fingerprints(`${authority}\n# a comment\n${clientPair.cert}`);
  assert.deepEqual([...found], [
    readCertificate(new X509Certificate(authority).raw).sha256,
    readCertificate(client.raw).sha256,
  ]);
  assert.equal(fingerprints("").size, 0);
});
