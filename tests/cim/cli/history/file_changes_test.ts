import assert from "node:assert/strict";
import { fileChanges } from "../../../../cim/cli/history/mod.ts";
import type { PatchDescription } from "../../../../cim/config_push/mod.ts";

function patch(
  revision: number,
  operations: PatchDescription["operations"],
  more: Partial<PatchDescription> = {},
): PatchDescription {
  const key = `change-set/ns1/amf/v1/ms/amf.json/${revision}`;
  return {
    key,
    level: "ms",
    dataKey: "amf.json",
    revision,
    operations,
    verdict: "applied",
    ...more,
  };
}

const set = (path: string, value: unknown, op = "replace") => ({ op, path, value });
const after = (first: number, last: number) => ({ first, last, hasRefused: false });

Deno.test("fileChanges() joins several changes of one place and shows the value before", () => {
  const [file] = fileChanges([
    patch(5, [set("/level", "info", "add")]),
    patch(6, [set("/level", "debug"), set("/size", 1, "add")]),
    patch(7, [set("/level", "trace"), set("/size", 2)]),
  ], after(6, 7));
  assert.deepEqual(file.revisions, [6, 7]);
  assert.deepEqual(file.changes, [
    { kind: "set", path: "/level", isAdded: false, before: "info", after: "trace" },
    { kind: "set", path: "/size", isAdded: true, before: undefined, after: 2 },
  ]);
});

Deno.test("fileChanges() drops changes inside of a place that is replaced or removed later", () => {
  const [file] = fileChanges([
    patch(5, [set("/a/b", 1), set("/c/d", 1), { op: "remove", path: "/a" }, set("/c", {})]),
  ], after(5, 5));
  assert.deepEqual(file.changes.map(({ kind, path }) => [kind, path]), [
    ["unset", "/a"],
    ["set", "/c"],
  ]);
});

Deno.test("fileChanges() does not join places inside of arrays, and knows no value before there", () => {
  const [file] = fileChanges([
    patch(4, [set("/list/0", "old")]),
    patch(5, [set("/list/-", 1, "add"), set("/list/-", 2, "add"), set("/list/0", 3)]),
  ], after(5, 5));
  assert.deepEqual(file.changes.map((change) => change.kind === "set" && change.after), [1, 2, 3]);
  assert.equal(file.changes[2].kind === "set" && file.changes[2].before, undefined);
});

Deno.test("fileChanges() forgets a value before when the place around it changed or moved", () => {
  const [file] = fileChanges([
    patch(4, [set("/a/b", 1), set("/c", 1), { op: "move", from: "/x", path: "/c" }, set("/a", {})]),
    patch(5, [set("/a/b", 2), set("/c", 2)]),
  ], after(5, 5));
  const before = file.changes.map((change) => change.kind === "set" && change.before);
  assert.deepEqual(before, [undefined, undefined]);
});

Deno.test("fileChanges() leaves out what the application refused, and names what is missing", () => {
  const patches = [
    patch(5, [set("/a", 1)], { verdict: "failed" }),
    patch(6, undefined, { missing: "its patch is not kept" }),
    patch(7, [set("/a", 2)]),
  ];
  const [file] = fileChanges(patches, after(5, 7));
  assert.deepEqual(file.changes, [
    { kind: "set", path: "/a", isAdded: false, before: undefined, after: 2 },
  ]);
  assert.deepEqual(file.leftOut, [
    { revision: 5, reason: "failed, so it changed nothing" },
    { revision: 6, reason: "its patch is not kept" },
  ]);
  const [alone] = fileChanges(patches, { first: 5, last: 5, hasRefused: true });
  assert.deepEqual([alone.changes.length, alone.leftOut], [1, []]);
});

Deno.test("fileChanges() keeps files and levels apart and leaves `test` out", () => {
  const files = fileChanges([
    patch(5, [set("/a", 1)]),
    patch(5, [set("/a", 2)], { level: "nf" }),
    patch(5, [{ op: "test", path: "/a", value: 1 }], { dataKey: "smf.json" }),
  ], after(5, 5));
  assert.deepEqual(files.map(({ level, dataKey, changes }) => [level, dataKey, changes.length]), [
    ["ms", "amf.json", 1],
    ["nf", "amf.json", 1],
    ["ms", "smf.json", 0],
  ]);
});
