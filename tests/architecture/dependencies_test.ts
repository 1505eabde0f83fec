import assert from "node:assert/strict";
import { root, shippedFiles, sourceFiles } from "./_source_tree.ts";

const shipped = shippedFiles();
const everything = [...shipped, ...sourceFiles("tests", "examples")];

/** Name and version of an npm specifier such as `npm:@scope/name@1.2.3/part`. */
function npmPackage(specifier: string): { name: string; version: string | undefined } | undefined {
  const match = /^npm:((?:@[^/@]+\/)?[^/@]+)(?:@([^/]+))?/.exec(specifier);
  return match ? { name: match[1], version: match[2] } : undefined;
}

Deno.test("each third-party package enters what ships through one file", () => {
  const entries = new Map<string, Set<string>>();
  for (const { path, imports } of shipped) {
    for (const { specifier } of imports) {
      const name = npmPackage(specifier)?.name;
      if (name) entries.set(name, (entries.get(name) ?? new Set()).add(path));
    }
  }
  const spread = [...entries].filter(([, paths]) => paths.size > 1);
  assert.deepEqual(spread.map(([name, paths]) => [name, ...paths]), []);
  assert(entries.size > 0);
});

Deno.test("every third-party import is inline, from npm, with one exact version", () => {
  const versions = new Map<string, string>();
  for (const { path, imports } of everything) {
    for (const { specifier, target } of imports) {
      if (target || specifier.startsWith("node:")) continue;
      // Shows handlers of the standard library, which JSR alone distributes.
      if (path === "examples/std_handlers/main.ts") continue;
      const found = npmPackage(specifier);
      assert(found, `${path} imports ${specifier}`);
      assert.match(found.version ?? "", /^\d+\.\d+\.\d+$/, `${path} imports ${specifier}`);
      const known = versions.get(found.name) ?? found.version;
      assert.equal(found.version, known, `${path} imports another version of ${found.name}`);
      versions.set(found.name, known!);
    }
  }
});

Deno.test("the start of the agent loads only SQLite and the schema library beside its own modules", () => {
  const files = new Map(shipped.map((file) => [file.path, file]));
  const waiting = ["cim/cli/run_agent.ts"];
  const seen = new Set(waiting);
  const outside = new Set<string>();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    for (const { specifier, target, isType, isDynamic } of files.get(path)?.imports ?? []) {
      if (isType || isDynamic) continue;
      if (target === undefined) outside.add(npmPackage(specifier)?.name ?? specifier);
      else if (!seen.has(target)) waiting.push(target) && seen.add(target);
    }
  }
  assert(seen.size > 300, `only ${seen.size} modules were found`);
  // Others take longer to load than all of the agent's own modules together; load them when they are used.
  assert.deepEqual([...outside].toSorted(), ["node:sqlite", "zod"]);
});

Deno.test("deno.json has no import map, so that `deno run URL/main.ts` needs none", async () => {
  const path = new URL("../../deno.json", import.meta.url);
  const settings = JSON.parse(await Deno.readTextFile(path));
  for (const key of ["imports", "importMap", "scopes", "links"]) {
    assert(!(key in settings), key);
  }
});

Deno.test("the README's table of dependencies lists each package and where it enters", async () => {
  const readme = await Deno.readTextFile(new URL("README.md", root));
  const table = /<!-- dependencies -->\n([^]*?)<!-- end -->/.exec(readme)?.[1] ?? "";
  const listed = [...table.matchAll(/^\| `([^`]+)` +\| \[`([^`]+)`\]/gm)]
    .map(([, name, path]) => `${name} in ${path}`);
  const imported = shipped.flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier }) => npmPackage(specifier)?.name ?? [])
      .map((name) => `${name} in ${path}`)
  );
  assert.deepEqual(listed.toSorted(), [...new Set(imported)].toSorted());
});
