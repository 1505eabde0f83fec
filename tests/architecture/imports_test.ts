import assert from "node:assert/strict";
import { findCycle } from "./_cycle.ts";
import { folderOf, nameOf, shippedFiles, type SourceFile } from "./_source_tree.ts";

const files = shippedFiles();

/** Layers, lowest first; a file may import from its own layer and from lower ones. */
const layers = ["core", "plugins", "cim"];

function layerOf(path: string): number {
  if (path === "mod.ts") return layers.indexOf("plugins");
  if (path === "main.ts") return layers.length;
  return layers.indexOf(path.split("/")[0]);
}

/** Checks every import of a file of the repository; returns a line for each problem. */
function problems(check: (from: SourceFile, target: string) => string | undefined): string[] {
  return files.flatMap((from) =>
    from.imports.flatMap(({ target }) => {
      const problem = target && check(from, target);
      return problem ? [`${from.path} -> ${target}: ${problem}`] : [];
    })
  );
}

Deno.test("imports go only downwards: core <- plugins <- cim <- main.ts", () => {
  assert.deepEqual(
    problems(({ path }, target) => layerOf(target) > layerOf(path) ? "upwards" : undefined),
    [],
  );
});

/** What the command line may import besides: the application of `cim demo`, and the version. */
const allowedForCli = ["examples/sample_app/mod.ts", "deno.json"];

Deno.test("imports stay in what ships, except those that the command line needs", () => {
  assert.deepEqual(
    problems(({ path }, target) =>
      layerOf(target) >= 0 || (path.startsWith("cim/cli/") && allowedForCli.includes(target))
        ? undefined
        : "outside"
    ),
    [],
  );
});

Deno.test("no import bypasses the mod.ts of another folder", () => {
  assert.deepEqual(
    problems(({ path }, target) => {
      const [from, to] = [folderOf(path), folderOf(target)];
      const inside = from === to || from.startsWith(`${to}/`);
      return inside || ["mod.ts", "deno.json"].includes(nameOf(target))
        ? undefined
        : "bypasses mod.ts";
    }),
    [],
  );
});

Deno.test("a file whose name begins with an underscore is private to its folder", () => {
  assert.deepEqual(
    problems(({ path }, target) =>
      nameOf(target).startsWith("_") && folderOf(path) !== folderOf(target) ? "private" : undefined
    ),
    [],
  );
});

Deno.test("no file imports the mod.ts of its own folder", () => {
  assert.deepEqual(
    problems(({ path }, target) =>
      path !== target && target === `${folderOf(path)}/mod.ts` ? "own mod.ts" : undefined
    ),
    [],
  );
});

Deno.test("files do not import one another in a circle, types included", () => {
  const graph = new Map(
    files.map((
      { path, imports },
    ) => [path, new Set(imports.flatMap(({ target }) => target ?? []))]),
  );
  assert.equal(findCycle(graph)?.join(" -> "), undefined);
});

Deno.test("folders do not import one another in a circle", () => {
  const unit = (path: string) => path.split("/").slice(0, 2).join("/");
  const graph = new Map<string, Set<string>>();
  for (const { path, imports } of files.filter(({ path }) => nameOf(path) !== "mod.ts")) {
    const targets = graph.get(unit(path)) ?? new Set();
    graph.set(unit(path), targets);
    for (const { target } of imports) {
      // core/mod.ts re-exports all folders of core; circles through it are found file by file above.
      if (target && unit(target) !== unit(path) && unit(target) !== "core/mod.ts") {
        targets.add(unit(target));
      }
    }
  }
  assert.equal(findCycle(graph)?.join(" -> "), undefined);
});

Deno.test("nothing that ships imports the test kit", () => {
  assert.deepEqual(
    problems(({ path }, target) =>
      target.startsWith("core/testing/") && !path.startsWith("core/testing/")
        ? "for tests only"
        : undefined
    ),
    [],
  );
});
