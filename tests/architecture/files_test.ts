import assert from "node:assert/strict";
import { folderOf, nameOf, root, shippedFiles, sourceFiles } from "./_source_tree.ts";

const shipped = shippedFiles();
const everything = [...shipped, ...sourceFiles("tests", "examples")];

/** Everything that git tracks at the top level. */
const topLevel = [
  ".ci",
  ".gitignore",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  "LICENSE",
  "README.md",
  "cim",
  "core",
  "deno.json",
  "deno.lock",
  "examples",
  "main.ts",
  "mod.ts",
  "plugins",
  "tests",
];

/** Made by tools or by the tutorial, and ignored by git. */
const generated = [".git", "coverage", "data", "dist", "logs", "node_modules"];

Deno.test("the top level holds what belongs there and nothing else", () => {
  const names = [...Deno.readDirSync(root)].map(({ name }) => name);
  assert.deepEqual(names.filter((name) => !generated.includes(name)).toSorted(), topLevel);
});

// The list of the library's exports, which has one name a line, may be longer.
Deno.test("no file is longer than 400 lines", () => {
  const long = everything.map(({ path, text }) => ({ path, lines: text.split("\n").length - 1 }))
    .filter(({ path, lines }) => lines > 400 && path !== "mod.ts");
  assert.deepEqual(long, []);
});

Deno.test("files are named in snake_case", () => {
  const odd = everything.map(({ path }) => path)
    .filter((path) => !/^_?[a-z][a-z0-9]*(_[a-z0-9]+)*\.ts$/.test(nameOf(path)));
  assert.deepEqual(odd, []);
});

Deno.test("every folder has a mod.ts with a module comment and no logic", () => {
  const folders = new Set(
    shipped.map(({ path }) => folderOf(path)).filter((folder) => folder.includes("/")),
  );
  const texts = new Map(shipped.map(({ path, text }) => [path, text]));
  for (const folder of folders) {
    const text = texts.get(`${folder}/mod.ts`);
    assert(text !== undefined, `${folder} has no mod.ts`);
    // The local part of the standard library has the shape of the real one.
    if (folder.startsWith("core/std/")) continue;
    const comment = /^\/\*\*\n( \*.*\n)+ \* @module\n \*\/\n/.exec(text)?.[0];
    assert(comment && comment.length > 80, `${folder}/mod.ts does not say what the folder is for`);
    const rest = text.slice(comment.length).replaceAll(
      /export (type )?(\{[^}]*\}|\*) from "[^"]+";/g,
      "",
    );
    assert.equal(rest.trim(), "", `${folder}/mod.ts has logic`);
  }
});

Deno.test("no module keeps state: no let, no var, no empty container at its top level", () => {
  const state =
    /^(export )?((let|var) .*|const \w+(: [^=]+)? = (new (Weak)?(Map|Set)(<.*>)?\(\)|\[\]|\{\});)$/gm;
  const found = shipped.flatMap(({ path, text }) =>
    [...text.matchAll(state)].map(([line]) => `${path}: ${line}`)
  );
  assert.deepEqual(found, []);
});

Deno.test("D-CORE-10 only main.ts ends the process and listens to its signals", () => {
  const found = shipped.filter(({ path, text }) =>
    path !== "main.ts" && /^(?!\s*(?:\*|\/\/)).*Deno\.(exit|addSignalListener)\(/m.test(text)
  );
  // The library's `runAgent` listens, when it is given no signal; it exits nothing.
  assert.doesNotMatch(
    shipped.find(({ path }) => path === "core/agent/run_agent.ts")!.text,
    /^(?!\s*(?:\*|\/\/)).*Deno\.exit\(/m,
  );
  assert.deepEqual(found.map(({ path }) => path), ["core/agent/run_agent.ts"]);
});

Deno.test("no file contains a task for later, or switches a check off without giving a reason", () => {
  // The words are composed, so that this file does not contain them.
  const words = new RegExp(
    ["TO" + "DO", "FIX" + "ME", "X" + "XX", "@ts-" + "ignore", "@ts-" + "expect-error"].join("|"),
  );
  const suppression = "deno-lint-" + "ignore";
  const found = everything.flatMap(({ path, text }) => {
    const lines = text.split("\n");
    return lines.flatMap((line, at) => {
      if (words.test(line)) return [`${path}:${at + 1}: ${line.trim()}`];
      const reason = line.includes(" -- ") || /^\s*\/\/ .{20}/.test(lines[at - 1] ?? "");
      return line.includes(suppression) && !reason
        ? [`${path}:${at + 1}: no reason beside it`]
        : [];
    });
  });
  assert.deepEqual(found, []);
});

Deno.test("no file names a folder of the machine it was written on", () => {
  const home = new RegExp("(^|[^a-zA-Z0-9_.:])/(" + ["work", "root", "home"].join("|") + ")/", "m");
  assert.deepEqual(everything.filter(({ text }) => home.test(text)).map(({ path }) => path), []);
});
