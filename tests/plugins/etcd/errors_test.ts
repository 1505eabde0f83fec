import assert from "node:assert/strict";
import { AgentError } from "../../../core/errors/mod.ts";
import { etcdError, isNotConnected, isTokenRefused } from "../../../plugins/etcd/errors.ts";

const endpoints = ["http://a:2379"];

Deno.test("etcdError() translates each kind of failure and names the remedy", () => {
  const wanted: [text: string, code: string, remedy: RegExp][] = [
    ["14 UNAVAILABLE: No connection established", "store_unreachable", /check etcd\.endpoints/],
    ["14 UNAVAILABLE: read ECONNRESET", "store_unreachable", /ECONNRESET/],
    ["13 INTERNAL: Received RST_STREAM with code 2", "store_unreachable", /does not answer/],
    ["4 DEADLINE_EXCEEDED: Deadline exceeded after 3s", "deadline_exceeded", /does not answer/],
    ["7 PERMISSION_DENIED: etcdserver: permission denied", "store_denied", /etcd\.password/],
    ["rpc error: etcdserver: permission denied", "store_denied", /permissions of the role/],
    ["3 INVALID_ARGUMENT: etcdserver: user name is empty", "store_denied", /etcd\.user/],
    [
      "11 OUT_OF_RANGE: etcdserver: mvcc: required revision has been compacted",
      "store_compacted",
      /list again/,
    ],
    ["8 RESOURCE_EXHAUSTED: etcdserver: mvcc: database space exceeded", "store_full", /alarm/],
    ["13 INTERNAL: oops", "store_failed", /oops/],
  ];
  for (const [text, code, remedy] of wanted) {
    const error = etcdError('get key "a"', endpoints, new Error(text));
    assert(error instanceof AgentError, text);
    assert.equal(error.code, code);
    assert.match(error.message, remedy);
    assert.match(error.message, /^Cannot get key "a": /);
  }
});

Deno.test("etcdError() returns a RangeError for misuse and does not change translated errors", () => {
  const misuse = etcdError(
    "put",
    endpoints,
    new Error("3 INVALID_ARGUMENT: etcdserver: request is too large"),
  );
  assert(misuse instanceof RangeError);
  const closed = new AgentError("closed", "Cannot use it");
  assert.equal(etcdError("get", endpoints, closed), closed);
});

Deno.test("isNotConnected() is true only when nothing was sent", () => {
  assert(isNotConnected(new Error("14 UNAVAILABLE: No connection established. Last error: x")));
  assert(!isNotConnected(new Error("14 UNAVAILABLE: Connection dropped")));
  assert(!isNotConnected(new Error("4 DEADLINE_EXCEEDED: No connection established")));
  assert(isTokenRefused(new Error("16 UNAUTHENTICATED: etcdserver: invalid auth token")));
});
