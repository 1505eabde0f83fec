import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import {
  changeSetFault,
  changeSetPrefix,
  commitKey,
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

for (
  const [key, reason] of [
    ["v1/ms/a.json", "it has 6 segments; must be change-set/<namespace>/<service>/<version>/"],
    ["v1/xx/a.json/5", 'its level must be nf or ms, found "xx"'],
    ["v1/ms//5", "its file name must not be empty"],
    ["v1/ms/a.json/five", 'its revision must be a whole number, found "five"'],
    ["/ms/a.json/5", 'its version must be "v1", found ""'],
    ["v2/ms/a.json/five", 'its revision must be a whole number, found "five"'],
  ]
) {
  Deno.test(`D-6 changeSetFault() tells what is wrong with ${key}`, () => {
    const fault = changeSetFault(`change-set/ns1/amf/${key}`, scope);
    assert.equal(fault.isOtherVersion, false);
    assert(fault.reason.startsWith(reason), fault.reason);
  });
}

Deno.test("changeSetFault() distinguishes another version from a malformed key", () => {
  assert.deepEqual(changeSetFault("change-set/ns1/amf/v2/ms/amf.json/5", scope), {
    reason: 'it is for version "v2", and this pod has version "v1"',
    isOtherVersion: true,
  });
});

Deno.test("changeSetFault() is short for any key that is none of a change-set", () => {
  fc.assert(fc.property(fc.array(fc.string({ maxLength: 500 }), { maxLength: 9 }), (rest) => {
    const key = `change-set/ns1/amf/${rest.join("/")}`;
    if (parseChangeSetKey(key, scope)) return;
    const { reason } = changeSetFault(key, scope);
    assert(reason.length > 0 && reason.length < 800);
  }));
});
