import assert from "node:assert/strict";
import { isTlsFaultOfPeer } from "../../../cim/process/mod.ts";

Deno.test("isTlsFaultOfPeer() recognises TLS faults that a peer caused", () => {
  for (
    const message of [
      "received fatal alert: BadCertificate",
      "received corrupt message of type InvalidContentType",
      "peer closed connection without sending TLS close_notify: https://docs.rs/rustls",
      "invalid peer certificate: UnknownIssuer",
      "tls handshake eof",
    ]
  ) {
    assert(isTlsFaultOfPeer(new Deno.errors.InvalidData(message)), message);
  }
});

Deno.test("isTlsFaultOfPeer() recognises nothing else", () => {
  for (
    const value of [
      new TypeError("x is not a function"),
      new Error("Cannot read: received fatal alert: BadCertificate"),
      new Deno.errors.ConnectionReset("connection reset by peer"),
      "received fatal alert: BadCertificate",
      undefined,
    ]
  ) {
    assert(!isTlsFaultOfPeer(value), String(value));
  }
});
