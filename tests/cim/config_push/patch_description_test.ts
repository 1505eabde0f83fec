import assert from "node:assert/strict";
import type { ChangeRecord } from "../../../cim/config_push/mod.ts";
import { describePatch } from "../../../cim/config_push/patch_description.ts";

const record: ChangeRecord = {
  key: "change-set/ns1/amf/v1/ms/amf.json/5",
  level: "ms",
  dataKey: "amf.json",
  revision: 5,
  state: "committed",
  verdict: "applied",
  reason: "",
  attempts: 1,
  seenAt: 1,
};

function operations(patch: unknown) {
  return describePatch(record, new TextEncoder().encode(JSON.stringify(patch)));
}

Deno.test("describePatch() hides values at the place of a secret, in its members and beside its name", () => {
  const { operations: shown } = operations([
    { op: "add", path: "/db/password", value: { deep: ["x"] } },
    { op: "add", path: "/db", value: { apiKey: 1, list: [{ token: "x", port: 1 }] } },
    { op: "add", path: "/env/-", value: { key: "PRIVATE_KEY", value: "x", other: "y" } },
    { op: "add", path: "/url", value: "http://user:x@host" },
    { op: "add", path: "/text", value: ["-----BEGIN PRIVATE KEY-----\nMIIs3cret"] },
    { op: "move", from: "/a", path: "/b", more: "x" },
  ]);
  assert.deepEqual(shown, [
    { op: "add", path: "/db/password", value: "[redacted]" },
    {
      op: "add",
      path: "/db",
      value: { apiKey: "[redacted]", list: [{ token: "[redacted]", port: 1 }] },
    },
    { op: "add", path: "/env/-", value: { key: "PRIVATE_KEY", value: "[redacted]", other: "y" } },
    { op: "add", path: "/url", value: "http://[redacted]@host" },
    { op: "add", path: "/text", value: ["[redacted]"] },
    { op: "move", path: "/b", from: "/a" },
  ]);
});

Deno.test("describePatch() cuts values that are nested too deeply for the reader", () => {
  const deep = `[{"op":"add","path":"/a","value":${"[".repeat(20_000)}${"]".repeat(20_000)}}]`;
  const { operations } = describePatch(record, new TextEncoder().encode(deep));
  assert.match(JSON.stringify(operations), /"value":\[{63}"\[deep\]"\]{63}/);
});

for (const patch of [{ op: "add" }, [null], [{ op: "add" }], [{ op: 1, path: "/a" }]]) {
  Deno.test(`describePatch() shows nothing of ${JSON.stringify(patch)}, which is not a JSON Patch`, () => {
    assert.equal(operations(patch).operations, undefined);
    assert.equal(operations(patch).missing, "it is not a JSON Patch");
  });
}

Deno.test("describePatch() says when the patch is not JSON, or not kept", () => {
  assert.equal(describePatch(record, new Uint8Array([0xff])).missing, "it is not a JSON Patch");
  assert.equal(describePatch(record, undefined).missing, "its patch is not kept");
});
