import assert from "node:assert/strict";
import { hostGate, loopbackGate, originGate } from "../../../plugins/http/gates.ts";
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

Deno.test("originGate() refuses requests that a browser marks as cross-site on loopback-only routes", () => {
  const remote = peerOf("127.0.0.1");
  const code = (site: string, route: typeof open | typeof closed) => {
    const request = new Request("http://localhost/", { headers: { "sec-fetch-site": site } });
    return originGate({ request, remote, route })?.error.code;
  };
  assert.equal(code("cross-site", closed), "cross_origin");
  assert.equal(code("Cross-Site", closed), "cross_origin");
  assert.equal(code("cross-site", open), undefined);
  for (const site of ["none", "same-origin", "same-site"]) {
    assert.equal(code(site, closed), undefined);
  }
});

Deno.test("hostGate() accepts only local names on loopback-only routes, in the URL and in the Host header", async () => {
  const remote = peerOf("127.0.0.1");
  const gate = hostGate(["Agent.Pod", "10.0.0.7", "fd00::7"]);
  const code = async (url: string, host?: string, route: typeof open | typeof closed = closed) => {
    const headers: HeadersInit = host === undefined ? {} : { host };
    return (await gate({ request: new Request(url, { headers }), remote, route }))?.error.code;
  };
  const local = ["localhost", "LOCALHOST", "app.localhost", "127.0.0.1", "127.9.9.9", "[::1]"];
  for (const name of [...local, "agent.pod", "10.0.0.7", "[fd00::7]"]) {
    assert.equal(await code(`http://${name}:6060/`), undefined, name);
    assert.equal(await code("http://localhost/", name), undefined, name);
    assert.equal(await code("http://localhost/", `${name}:6060`), undefined, name);
  }
  const names = ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.8"];
  for (const name of [...names, "[fd00::8]"]) {
    assert.equal(await code(`http://${name}:6060/`), "host_refused", name);
    assert.equal(await code("http://localhost/", `${name}:6060`), "host_refused", name);
    assert.equal(await code(`http://${name}/`, "localhost"), "host_refused", name);
    assert.equal(await code(`http://${name}/`, name, open), undefined, name);
  }
});
