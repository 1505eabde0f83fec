import assert from "node:assert/strict";
import { AgentError } from "../../../core/errors/mod.ts";
import {
  etcdError,
  isNotEtcd,
  isNotExecuted,
  isTokenRefused,
} from "../../../plugins/etcd/errors.ts";

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
    ["12 UNIMPLEMENTED: unknown service", "store_failed", /is not etcd v3 .*etcd\.endpoints/],
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

Deno.test("isNotExecuted() is true only when no etcd received the call", () => {
  assert(isNotExecuted(new Error("14 UNAVAILABLE: No connection established. Last error: x")));
  assert(!isNotExecuted(new Error("14 UNAVAILABLE: Connection dropped")));
  assert(!isNotExecuted(new Error("4 DEADLINE_EXCEEDED: No connection established")));
  assert(isTokenRefused(new Error("16 UNAUTHENTICATED: etcdserver: invalid auth token")));
});

Deno.test("isNotEtcd() recognises answers of other programs, also in a translated error", () => {
  const answers = [
    "12 UNIMPLEMENTED: unknown service etcdserverpb.KV",
    "12 UNIMPLEMENTED: Received HTTP status code 404",
    "16 UNAUTHENTICATED: Received HTTP status code 401",
    "8 RESOURCE_EXHAUSTED: Received message larger than max (1752460652 vs 268435456)",
  ];
  for (const text of answers) {
    const error = new Error(text);
    assert(isNotEtcd(error) && isNotExecuted(error), text);
    const translated = etcdError("get", endpoints, error);
    assert(translated instanceof AgentError && isNotEtcd(translated), text);
  }
  for (
    const text of [
      "8 RESOURCE_EXHAUSTED: Received message larger than max (300000000 vs 268435456)",
      "14 UNAVAILABLE: Received HTTP status code 503",
      "14 UNAVAILABLE: Connection dropped",
    ]
  ) assert(!isNotEtcd(new Error(text)), text);
});
