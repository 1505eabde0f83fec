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
