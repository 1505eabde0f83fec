import assert from "node:assert/strict";

const root = new URL("../../../", import.meta.url);

function staticImports(path: string): string[] {
  const text = Deno.readTextFileSync(new URL(path, root));
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*from "([^"]+)";$/gm)]
    .map(([, specifier]) => specifier);
}

Deno.test("main.ts loads only core/signals and cim/process, which load nothing else, before it handles signals", () => {
  const folders = ["core/signals", "cim/process"];
  assert.deepEqual(staticImports("main.ts"), folders.map((folder) => `./${folder}/mod.ts`));
  const files = folders.flatMap((folder) =>
    [...Deno.readDirSync(new URL(folder, root))].map(({ name }) => `${folder}/${name}`)
  );
  assert(files.length >= 5);
  for (const path of files) {
    assert.deepEqual(staticImports(path).filter((target) => !target.startsWith("./")), [], path);
  }
});
