/**
 * The platform (`core`, `plugins`) is useful without the product (`cim`), so it must not contain the
 * product's names: they come in as options.
 *
 * @module
 */
import assert from "node:assert/strict";
import { sourceFiles } from "./_source_tree.ts";

/** What only the product may contain, comments included. */
const productNames: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a variable of the product", /\bCIM_/],
  ["the name of the product", /\bcim\b/i],
  ["a path of the product's image", /\/opt\//],
  ["a subject of the product", /["'`](LOG|EVENT|CONFIG|EVENT-NOTIFICATION)["'`]/],
  ["a name of XGVela", /xgvela|tmaas|lmaas/i],
];

function productNamesIn(text: string): string[] {
  return text.split("\n").flatMap((line, at) =>
    productNames.filter(([, pattern]) => pattern.test(line))
      .map(([what]) => `${at + 1}: ${what}: ${line.trim()}`)
  );
}

Deno.test("productNamesIn() finds names of the product in code and comments", () => {
  const text = ["const a = 1;", "env.CIM_A;", '  "/opt/logs"', 'publish("LOG")', "// as XGVela"];
  assert.deepEqual(productNamesIn(text.join("\n")).map((line) => line.split(":")[0]), [
    "2",
    "3",
    "4",
    "5",
  ]);
  assert.deepEqual(productNamesIn('log("a LOG line"); // decimal'), []);
});

Deno.test("core and plugins contain no name of the product", () => {
  const found = sourceFiles("core", "plugins").flatMap(({ path, text }) =>
    productNamesIn(text).map((line) => `${path}:${line}`)
  );
  assert.deepEqual(found, []);
});
