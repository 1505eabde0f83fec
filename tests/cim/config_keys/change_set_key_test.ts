import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  changeSetPrefix,
  commitKey,
  isOfOtherVersion,
  parseChangeSetKey,
  parseRevision,
  statusKey,
} from "../../../cim/config_keys/mod.ts";

const scope = { namespace: "ns1", microservice: "amf", version: "v1", podName: "amf-0" };
const good = "change-set/ns1/amf/v1/ms/amf.json/5";

Deno.test("parseChangeSetKey() reads a key of the service", () => {
  assert.deepEqual(parseChangeSetKey(good, scope), {
    key: good,
    level: "ms",
    dataKey: "amf.json",
    revision: 5,
  });
});

for (
  const key of [
    "",
    "/",
    `/${good}`,
    `${good}/`,
    "change-set/ns1/amf/v1/ms/amf.json",
    "change-set/ns1/amf/v1/ms/amf.json/5/6",
    "change-sets/ns1/amf/v1/ms/amf.json/5",
    "change-set/ns2/amf/v1/ms/amf.json/5",
    "change-set/ns1/amf2/v1/ms/amf.json/5",
    "change-set/ns1/amf/v10/ms/amf.json/5",
    "change-set/ns1/amf/v1/xx/amf.json/5",
    "change-set/ns1/amf/v1/MS/amf.json/5",
    "change-set/ns1/amf/v1/ms//5",
    "change-set/ns1/amf/v1/ms/amf.json/",
    "change-set/ns1/amf/v1/ms/amf.json/-1",
    "change-set/ns1/amf/v1/ms/amf.json/05",
    "change-set/ns1/amf/v1/ms/amf.json/5.0",
    "change-set/ns1/amf/v1/ms/amf.json/five",
    "change-set/ns1/amf/v1/ms/amf.json/9007199254740993",
  ]
) {
  Deno.test(`D-6 D-19 parseChangeSetKey() rejects "${key}"`, () => {
    assert.equal(parseChangeSetKey(key, scope), undefined);
  });
}

Deno.test("D-6 parseChangeSetKey() does not throw for any text", () => {
  fc.assert(fc.property(fc.string(), (key) => {
    assert.equal(parseChangeSetKey(key, scope), undefined);
  }));
});

Deno.test("parseRevision() reads decimal integers and nothing else", () => {
  fc.assert(fc.property(fc.maxSafeNat(), (revision) => {
    assert.equal(parseRevision(String(revision)), revision);
  }));
  for (const text of ["", "+1", " 1", "1 ", "1e3", "0x1", "NaN", "Infinity"]) {
    assert.equal(parseRevision(text), undefined);
  }
});

Deno.test("commitKey() and statusKey() are those of the contract", () => {
  assert.equal(commitKey(scope, "ms"), "commit-config/ns1/amf/v1/ms/amf-0");
  assert.equal(statusKey(scope, "nf"), "commit-status/ns1/amf/v1/nf/amf-0");
  assert.equal(changeSetPrefix(scope), "change-set/ns1/amf/");
});

Deno.test("isOfOtherVersion() distinguishes another version from a malformed key", () => {
  assert(isOfOtherVersion("change-set/ns1/amf/v2/ms/amf.json/5", scope));
  for (const key of [good, "change-set/ns1/amf/v2/ms/amf.json", "change-set/ns1/amf//ms/a/5", ""]) {
    assert.equal(isOfOtherVersion(key, scope), false);
  }
});
