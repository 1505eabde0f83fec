import assert from "node:assert/strict";

const root = new URL("../../../", import.meta.url);

function staticImports(path: string): string[] {
  const text = Deno.readTextFileSync(new URL(path, root));
  return [...text.matchAll(/^(?:import|export) (?!type )[^;]*from "([^"]+)";$/gm)]
    .map(([, specifier]) => specifier);
}

Deno.test("main.ts loads only cim/process, which loads nothing else, before it handles signals", () => {
  assert.deepEqual(staticImports("main.ts"), ["./cim/process/mod.ts"]);
  const files = [...Deno.readDirSync(new URL("cim/process/", root))].map(({ name }) => name);
  assert(files.length >= 4);
  for (const name of files) {
    const others = staticImports(`cim/process/${name}`).filter((target) =>
      !target.startsWith("./")
    );
    assert.deepEqual(others, [], name);
  }
});
