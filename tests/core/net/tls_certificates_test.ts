import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { certificateOptions, derCertificates } from "../../../core/net/mod.ts";
import { authority, clientPair, otherServerPair, serverPair } from "../../_support/certificates.ts";

Deno.test("certificateOptions() asks clients for certificates only with a CA", () => {
  assert.deepEqual(certificateOptions(serverPair), serverPair);
  assert.deepEqual(certificateOptions({ ...serverPair, clientCa: authority }), {
    ...serverPair,
    ca: authority,
    requestCert: true,
    rejectUnauthorized: true,
  });
});

for (
  const [what, certificates] of [
    ["a key of another certificate", { cert: serverPair.cert, key: otherServerPair.key }],
    ["a certificate that is no PEM", { cert: "none", key: serverPair.key }],
    ["a CA that is no PEM", { ...serverPair, clientCa: "none" }],
    ["a damaged second CA", {
      ...serverPair,
      clientCa: authority + authority.replace("MII", "!!!"),
    }],
  ] as const
) {
  Deno.test(`certificateOptions() refuses ${what}`, () => {
    assert.throws(() => certificateOptions(certificates), {
      name: "TypeError",
      message: /^Cannot use the TLS certificates: /,
    });
  });
}

Deno.test("derCertificates() returns the bytes of each certificate of a text", () => {
  const found = derCertificates(`${authority}\n# a comment\n${clientPair.cert}`);
  const expected = [authority, clientPair.cert].map((pem) => new X509Certificate(pem).raw);
  assert.deepEqual(found, expected.map((raw) => Uint8Array.from(raw)));
});
