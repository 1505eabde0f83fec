import assert from "node:assert/strict";
import { cimPlugins } from "../../cim/assembly/mod.ts";
import { connectors, local, rpc } from "../../plugins/presets/mod.ts";
import { folderOf, nameOf, shippedFiles, sourceFiles } from "./_source_tree.ts";

/** Folders of tests that mirror no folder of the source. */
const otherFolders = [
  "_support",
  "architecture",
  "bench",
  "contract",
  "docs",
  "e2e",
  "faults",
  "fuzz",
  "integration",
  "property",
  "soak",
];

Deno.test("tests mirror the source tree", () => {
  const sources = [...shippedFiles(), ...sourceFiles("examples")];
  const folders = new Set(sources.map(({ path }) => folderOf(path)));
  const unmatched = sourceFiles("tests").map(({ path }) => folderOf(path).slice("tests/".length))
    .filter((folder) => !otherFolders.includes(folder.split("/")[0]))
    // Programs that tests start.
    .filter((folder) => !nameOf(folder).startsWith("_"))
    .filter((folder) =>
      ![...folders].some((known) => known === folder || known.startsWith(folder))
    );
  assert.deepEqual([...new Set(unmatched)], []);
});

Deno.test("every test file is one that the test command runs", () => {
  const tests = sourceFiles("tests").filter(({ text }) => /\bDeno\.test\(/.test(text));
  const notRun = tests.map(({ path }) => path).filter((path) =>
    !nameOf(path).endsWith("_test.ts") && !nameOf(path).startsWith("_")
  );
  assert.deepEqual(notRun, []);
});

/** Names of the plugins that the files of a folder define. */
function definedIn(folder: string): string[] {
  return shippedFiles()
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .flatMap(({ code }) => [...code.matchAll(/definePlugin(?:<[^(]*>)?\(\{\s*name: "([^"]+)"/g)])
    .map(([, name]) => name);
}

Deno.test("every plugin that cim defines is part of the product", () => {
  const present = new Set(cimPlugins().map(({ name }) => name));
  const defined = definedIn("cim");
  assert.deepEqual(defined.filter((name) => !present.has(name)), []);
  assert(defined.length > 0);
});

Deno.test("every plugin of the library is part of the product or of a preset", () => {
  const plugins = [...cimPlugins(), ...local(), ...rpc(), ...connectors()];
  const present = new Set(plugins.map(({ name }) => name));
  const defined = definedIn("plugins");
  assert.deepEqual(defined.filter((name) => !present.has(name)), []);
  assert(defined.length > 0);
});
