import assert from "node:assert/strict";
import { findCycle } from "./_cycle.ts";
import { shippedFiles } from "./_source_tree.ts";

Deno.test("the tree finds static, type, side-effect and lazy imports, and none in comments", () => {
  const files = shippedFiles();
  for (const { path, code, imports } of files) {
    const written = code.match(/((\bfrom |^import )"[^"]+"(;| with)|\bimport\(\s*"[^"]+")/gm) ?? [];
    assert.equal(imports.length, written.length, path);
  }
  const lazy = files.filter(({ code }) => /await import\("npm:/.test(code));
  assert(
    lazy.every(({ imports }) => imports.some(({ specifier }) => specifier.startsWith("npm:"))),
  );
  const comment = files.find(({ path }) => path === "core/plugin/plugin.ts")!;
  assert.match(comment.text, /^ \* import \{ definePlugin, token \} from/m);
  const quoted = /^ \* import \{ definePlugin.* from "([^"]+)"/m.exec(comment.text)![1];
  assert(!comment.imports.some(({ specifier }) => specifier === quoted));
});

Deno.test("findCycle() finds a cycle with its path and none in a graph without", () => {
  const graph = (edges: [string, string[]][]) =>
    new Map(edges.map(([from, to]) => [from, new Set(to)]));
  assert.deepEqual(findCycle(graph([["a", ["b"]], ["b", ["c"]], ["c", ["b"]]])), ["b", "c", "b"]);
  assert.equal(findCycle(graph([["a", ["b", "c"]], ["b", ["c"]], ["c", []]])), undefined);
});
