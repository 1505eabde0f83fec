import assert from "node:assert/strict";
import { displayValue } from "../../../core/config/mod.ts";

Deno.test("displayValue() hides private keys in PEM under any name, and keeps certificates", () => {
  const certificate = "-----BEGIN CERTIFICATE-----\nMIIpublic\n-----END CERTIFICATE-----";
  const text = "-----BEGIN EC PRIVATE KEY-----\nMIIs3cret\n-----END EC PRIVATE KEY-----";
  assert.deepEqual(displayValue({ text, certificate, list: [text] }), {
    text: "[redacted]",
    certificate,
    list: ["[redacted]"],
  });
});
