import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { applyJsonPatch } from "../../../cim/config_push/_json_patch.ts";

const document = { a: { b: [1, 2, 3] }, "x/y": 1, "m~n": 2, "": 3 };

const good: [name: string, patch: unknown[], expected: unknown][] = [
  ["add to an object", [{ op: "add", path: "/new", value: null }], { ...document, new: null }],
  ["add to an array", [{ op: "add", path: "/a/b/1", value: 9 }], {
    ...document,
    a: { b: [1, 9, 2, 3] },
  }],
  ["add at the end", [{ op: "add", path: "/a/b/-", value: 9 }], {
    ...document,
    a: { b: [1, 2, 3, 9] },
  }],
  ["add at the length", [{ op: "add", path: "/a/b/3", value: 9 }], {
    ...document,
    a: { b: [1, 2, 3, 9] },
  }],
  ["escapes", [
    { op: "replace", path: "/x~1y", value: 8 },
    { op: "replace", path: "/m~0n", value: 9 },
    { op: "replace", path: "/", value: 7 },
  ], { ...document, "x/y": 8, "m~n": 9, "": 7 }],
  ["the whole document", [{ op: "replace", path: "", value: [1] }], [1]],
  ["move", [{ op: "move", from: "/a/b", path: "/c" }], {
    a: {},
    "x/y": 1,
    "m~n": 2,
    "": 3,
    c: [1, 2, 3],
  }],
  ["copy of a parent into its child", [{ op: "copy", from: "/a", path: "/a/c" }], {
    ...document,
    a: { b: [1, 2, 3], c: { b: [1, 2, 3] } },
  }],
  ["test", [{ op: "test", path: "/a", value: { b: [1, 2, 3] } }], document],
];

for (const [name, patch, expected] of good) {
  Deno.test(`applyJsonPatch() applies ${name} and does not change its argument`, () => {
    const before = structuredClone(document);
    assert.deepEqual(applyJsonPatch(before, patch), expected);
    assert.deepEqual(before, document);
  });
}

const bad: [name: string, operation: unknown, reason: RegExp][] = [
  ["an index with a leading zero", { op: "remove", path: "/a/b/01" }, /"01" is not an array index/],
  ["a negative index", { op: "remove", path: "/a/b/-1" }, /"-1" is not an array index/],
  ["an index with a sign", { op: "add", path: "/a/b/+1", value: 1 }, /is not an array index/],
  ["an index with an exponent", { op: "add", path: "/a/b/1e0", value: 1 }, /is not an array index/],
  ["an index out of range", { op: "add", path: "/a/b/4", value: 1 }, /index 4 is out of range/],
  [
    "an index at the length",
    { op: "replace", path: "/a/b/3", value: 1 },
    /index 3 is out of range/,
  ],
  ["the end of an array that is read", { op: "remove", path: "/a/b/-" }, /"-" is not an array/],
  ["a name in an array", { op: "add", path: "/a/b/length", value: 1 }, /is not an array index/],
  ["an escape other than ~0 and ~1", { op: "add", path: "/a~2", value: 1 }, /"~" not followed/],
  ["a tilde at the end", { op: "add", path: "/a~", value: 1 }, /"~" not followed/],
  ["a path without a slash", { op: "add", path: "a", value: 1 }, /start with a slash/],
  ["a path that is not a text", { op: "add", path: 5, value: 1 }, /"path" must be a text/],
  ["no path", { op: "add", value: 1 }, /"path" must be a text/],
  ["the operation _get", { op: "_get", path: "/a" }, /"op" must be/],
  ["the operation ADD", { op: "ADD", path: "/a", value: 1 }, /"op" must be/],
  ["no value", { op: "add", path: "/c" }, /"value" is missing/],
  ["no from", { op: "copy", path: "/c" }, /"from" must be a text/],
  ["a missing source", { op: "move", from: "/z", path: "/c" }, /there is no member "z"/],
  ["a missing target", { op: "replace", path: "/z", value: 1 }, /there is no member "z"/],
  ["a missing container", { op: "add", path: "/z/y", value: 1 }, /there is no member "z"/],
  ["a container that is a number", { op: "add", path: "/x~1y/c", value: 1 }, /not an object/],
  ["a move into itself", { op: "move", from: "/a", path: "/a/c" }, /lies inside/],
  ["an inherited member", { op: "remove", path: "/toString" }, /there is no member "toString"/],
  ["a prototype", { op: "add", path: "/__proto__/x", value: 1 }, /no member "__proto__"/],
  ["a prototype as member", { op: "add", path: "/__proto__", value: {} }, /banned|prototype/],
  ["a text instead of an operation", "add", /must be an object/],
  ["null instead of an operation", null, /must be an object/],
];

for (const [name, operation, reason] of bad) {
  Deno.test(`applyJsonPatch() rejects ${name}`, () => {
    assert.throws(() => applyJsonPatch(document, [operation]), (error: Error) => {
      assert.match(error.message, reason);
      assert.match(error.message, /^operation 0/);
      return true;
    });
  });
}

/** Whether applying fails with the reason, quickly. */
function failsQuickly(operations: unknown, reason: RegExp): void {
  const begun = performance.now();
  assert.throws(() => applyJsonPatch(document, operations), reason);
  assert(performance.now() - begun < 2_000);
}

Deno.test("applyJsonPatch() stops a patch that doubles the document with each operation", () => {
  const copies = (from: string) =>
    Array.from({ length: 40 }, (_, at) => ({ op: "copy", from, path: `${from}/g${at}` }));
  failsQuickly(copies(""), /adds more than 1048576 characters/);
  failsQuickly(copies("/a"), /adds more than 1048576 characters/);
  const nest = { op: "copy", from: "", path: "/grow" };
  failsQuickly(Array.from({ length: 70 }, () => nest), /nested more than 64 levels/);
  const double = Array.from({ length: 60 }, (_, at) => [
    { op: "copy", from: `/g${at}`, path: `/g${at + 1}` },
    { op: "copy", from: `/g${at}`, path: `/g${at + 1}/n` },
  ]).flat();
  const seed = { op: "add", path: "/g0", value: { text: "x".repeat(1_000) } };
  failsQuickly([seed, ...double], /adds more than 1048576 characters/);
});

Deno.test("applyJsonPatch() stops a patch that adds and removes without end", () => {
  const pair = [
    { op: "copy", from: "/big", path: "/c" },
    { op: "remove", path: "/c" },
  ];
  const big = { op: "add", path: "/big", value: "x".repeat(100_000) };
  failsQuickly([big, ...Array.from({ length: 400 }, () => pair).flat()], /adds more than 1048576/);
});

Deno.test("applyJsonPatch() limits operations and depth", () => {
  const test = { op: "test", path: "/x~1y", value: 1 };
  failsQuickly(Array.from({ length: 1_001 }, () => test), /1001 operations, at most 1000/);
  const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000));
  for (const op of ["add", "test", "replace"]) {
    failsQuickly([{ op, path: "/a", value: deep }], /nested more than 64 levels/);
  }
});

Deno.test("applyJsonPatch() ends with a result or an error for any operations", () => {
  const pointer = fc.array(fc.constantFrom("a", "b", "0", "1", "-", "~1", "", "__proto__", "c"), {
    maxLength: 3,
  }).map((tokens) => tokens.map((token) => `/${token}`).join(""));
  const operation = fc.record({
    op: fc.constantFrom("add", "remove", "replace", "move", "copy", "test"),
    path: pointer,
    from: pointer,
    value: fc.jsonValue({ maxDepth: 3 }),
  });
  fc.assert(fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
    try {
      applyJsonPatch(document, operations);
    } catch (error) {
      assert.match((error as Error).message, /^operation \d+ at "/);
    }
    assert.equal(({} as Record<string, unknown>).c, undefined);
  }));
});
