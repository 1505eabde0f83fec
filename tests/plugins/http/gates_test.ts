import assert from "node:assert/strict";
import { loopbackGate, originGate } from "../../../plugins/http/gates.ts";
import { peerOf } from "../../../plugins/http/peer.ts";

const open = { owner: "o", method: "GET", path: "/", access: "anyone" } as const;
const closed = { ...open, access: "loopback" } as const;
const request = (origin?: string) =>
  new Request("http://x/", { headers: origin === undefined ? {} : { origin } });

Deno.test("D-89 a loopback-only route is refused to other peers, an open one is not", () => {
  const far = peerOf("10.1.2.3");
  assert.equal(
    loopbackGate({ request: request(), remote: far, route: closed })?.error.code,
    "loopback_only",
  );
  assert.equal(loopbackGate({ request: request(), remote: far, route: open }), undefined);
  assert.equal(
    loopbackGate({ request: request(), remote: peerOf("::1"), route: closed }),
    undefined,
  );
});

Deno.test("originGate() refuses pages of other origins on loopback-only routes", () => {
  const remote = peerOf("127.0.0.1");
  const code = (origin: string | undefined, route: typeof open | typeof closed) =>
    originGate({ request: request(origin), remote, route })?.error.code;
  assert.equal(code("https://evil.example", closed), "cross_origin");
  assert.equal(code("null", closed), "cross_origin");
  assert.equal(code("http://localhost.evil.example", closed), "cross_origin");
  assert.equal(code("http://localhost:3000", closed), undefined);
  assert.equal(code("http://[::1]:3000", closed), undefined);
  assert.equal(code(undefined, closed), undefined);
  assert.equal(code("https://evil.example", open), undefined);
});
