import assert from "node:assert/strict";

const root = new URL("../../../plugins/nats_server/", import.meta.url);

/** Folders of the server; each may import only those before it, as its mod.ts states. */
const layers = [
  "protocol",
  "subjects",
  "security",
  "routing",
  "transport",
  "connection",
  "monitoring",
];

Deno.test("the folders of the NATS server import only lower layers, types included", () => {
  const wrong: string[] = [];
  let imports = 0;
  for (const [level, folder] of layers.entries()) {
    for (const { name } of Deno.readDirSync(new URL(`${folder}/`, root))) {
      const text = Deno.readTextFileSync(new URL(`${folder}/${name}`, root));
      for (const [, target] of text.matchAll(/from "\.\.\/(\w+)\/mod\.ts";/g)) {
        imports++;
        const at = layers.indexOf(target);
        if (at < 0 || at >= level) wrong.push(`${folder}/${name} -> ${target}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
  assert(imports > 10);
});
