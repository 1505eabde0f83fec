import assert from "node:assert/strict";
import { EtcdStore } from "../../../plugins/etcd/mod.ts";
import { endpointProblem, isIpAddress, parseEndpoints } from "../../../plugins/etcd/endpoints.ts";

Deno.test("parseEndpoints() accepts host:port and URLs", () => {
  const endpoints = ["a:1", "http://b:2", "c", "http://d:80", "[::1]:3", " e:4 "];
  assert.deepEqual(parseEndpoints(endpoints, false), [
    "http://a:1",
    "http://b:2",
    "http://c:2379",
    "http://d:80",
    "http://[::1]:3",
    "http://e:4",
  ]);
  assert.deepEqual(parseEndpoints(["a:1", "https://b:443"], true), [
    "https://a:1",
    "https://b:443",
  ]);
});

Deno.test("parseEndpoints() throws when an endpoint is invalid or schemes are mixed", () => {
  for (
    const endpoint of [
      "",
      " ",
      "ftp://a:1",
      "a:1/path",
      "a b:1",
      "a:99999",
      "u:p@a:1",
      "a:1?b",
      "a:1#b",
    ]
  ) {
    assert.throws(() => parseEndpoints([endpoint], false), TypeError, endpoint);
    assert.match(endpointProblem(endpoint) ?? "", /must be host:port/);
  }
  assert.equal(endpointProblem(" a:1 "), undefined);
  assert.throws(
    () => parseEndpoints(["http://a:1", "https://b:2"], false),
    /all http or all https/,
  );
});

Deno.test("isIpAddress() distinguishes addresses from names", () => {
  assert(isIpAddress("https://127.0.0.1:1") && isIpAddress("https://[::1]:1"));
  assert(!isIpAddress("https://etcd.test:1"));
});

Deno.test("EtcdStore throws when options are invalid", () => {
  const endpoints = ["etcd.test:1"];
  const tls = { ca: "-" };
  assert.throws(() => new EtcdStore({ endpoints: [] }), TypeError);
  assert.throws(() => new EtcdStore({ endpoints, operationTimeoutMs: 0 }), RangeError);
  assert.throws(() => new EtcdStore({ endpoints, keepaliveTimeMs: 4_999 }), RangeError);
  assert.throws(() => new EtcdStore({ endpoints, keepaliveTimeMs: "4s" }), RangeError);
  assert.throws(() => new EtcdStore({ endpoints, dialTimeoutMs: "0s" }), RangeError);
  assert.throws(() => new EtcdStore({ endpoints: ["http://a:1"], tls }), /not https/);
  assert.throws(() => new EtcdStore({ endpoints, tls: { ca: "-", cert: "-" } }), TypeError);
  assert.throws(() => new EtcdStore({ endpoints: ["127.0.0.1:1"], tls }), /tls_server_name/);
});

Deno.test("parseEndpoints() does not show user name and password when it throws", () => {
  for (const endpoint of ["http://root:secret@a:1", "root:secret@a:1"]) {
    assert.throws(() => parseEndpoints([endpoint], false), (error: Error) => {
      assert(!/root|secret/.test(error.message), error.message);
      return true;
    });
  }
});
