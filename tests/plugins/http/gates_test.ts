import assert from "node:assert/strict";
import { loopbackGate, originGate } from "../../../plugins/http/gates.ts";
import { isLoopback, peerOf } from "../../../plugins/http/peer.ts";

Deno.test("isLoopback() knows every form of a loopback address and no other", () => {
  for (
    const address of [
      "127.0.0.1",
      "127.255.0.9",
      "::1",
      "[::1]",
      "::ffff:127.0.0.1",
      "::FFFF:127.0.0.1",
    ]
  ) assert(isLoopback(address), address);
  for (
    const address of [
      "10.0.0.1",
      "::ffff:10.0.0.1",
      "fe80::1",
      "128.0.0.1",
      "127.0.0.1.evil",
      "1270.0.0.1",
      "",
    ]
  ) assert(!isLoopback(address), address);
});

const open = { owner: "o", method: "GET", path: "/", access: "anyone" } as const;
const closed = { ...open, access: "loopback" } as const;
const request = (origin?: string) =>
  new Request("http://x/", { headers: origin === undefined ? {} : { origin } });

Deno.test("D-89 a loopback-only route is refused to other peers, an open one is not", () => {
  const far = peerOf("10.1.2.3");
  assert.equal(
    loopbackGate({ request: request(), remote: far, route: closed })?.reason,
    "not_loopback",
  );
  assert.equal(loopbackGate({ request: request(), remote: far, route: open }), undefined);
  assert.equal(
    loopbackGate({ request: request(), remote: peerOf("::1"), route: closed }),
    undefined,
  );
});

Deno.test("originGate() refuses pages of other origins on loopback-only routes", () => {
  const remote = peerOf("127.0.0.1");
  const reason = (origin: string | undefined, route: typeof open | typeof closed) =>
    originGate({ request: request(origin), remote, route })?.reason;
  assert.equal(reason("https://evil.example", closed), "cross_origin");
  assert.equal(reason("null", closed), "cross_origin");
  assert.equal(reason("http://localhost.evil.example", closed), "cross_origin");
  assert.equal(reason("http://localhost:3000", closed), undefined);
  assert.equal(reason("http://[::1]:3000", closed), undefined);
  assert.equal(reason(undefined, closed), undefined);
  assert.equal(reason("https://evil.example", open), undefined);
});
