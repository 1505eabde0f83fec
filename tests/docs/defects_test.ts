import assert from "node:assert/strict";
import { defectsUrl, explainedLabels, labelledFiles, labelsOf, renewedDefects } from "./_labels.ts";

const page = await Deno.readTextFile(defectsUrl);

Deno.test("labelsOf() finds labels in test names only, ranges included", () => {
  const text =
    `// D-1\nDeno.test("D-2 N1 to N3", () => {});\nconst a = "D-4";\n{ name: \`D-CORE-5 x\` }`;
  assert.deepEqual(labelsOf(text), ["D-2", "N1", "N3", "N1", "N2", "N3", "D-CORE-5"]);
});

Deno.test("every label in a test name is explained in tests/DEFECTS.md, once", () => {
  const explained = explainedLabels(page);
  assert.deepEqual(explained.filter((label, at) => explained.indexOf(label) !== at), []);
  const used = [...labelledFiles()].map(([label, files]) => `${label} in ${files[0]}`);
  assert.deepEqual(used.filter((label) => !explained.includes(label.split(" ")[0])), []);
  assert(used.length > 80);
});

Deno.test("every label that tests/DEFECTS.md explains has a test, and the page links to it", () => {
  const files = labelledFiles();
  assert.deepEqual(explainedLabels(page).filter((label) => !files.has(label)), []);
  assert(
    renewedDefects(page) === page,
    "tests/DEFECTS.md is stale: run `deno run -A tests/docs/write_readme.ts`",
  );
});

/** Labels without a test, with the reason. */
const untested: Readonly<Record<string, string>> = {};

Deno.test("every fault D-1 to D-102 and every scenario C2-1 to C2-45 has a test and a row, or a reason why not", () => {
  const numbered = (prefix: string, last: number) =>
    Array.from({ length: last }, (_, at) => `${prefix}-${at + 1}`);
  const files = labelledFiles();
  const explained = explainedLabels(page);
  const isTested = (label: string) => files.has(label) && explained.includes(label);
  const wanted = [...numbered("D", 102), ...numbered("C2", 45)];
  assert.deepEqual(wanted.filter((label) => !isTested(label) && !(label in untested)), []);
  assert.deepEqual(Object.keys(untested).filter(isTested), []);
});
