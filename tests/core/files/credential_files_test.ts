import assert from "node:assert/strict";
import { filesFingerprint, findFileText, readNamedFile } from "../../../core/files/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

Deno.test("findFileText() returns the text, and undefined when there is no file", async () => {
  using folder = tempDir();
  await Deno.writeTextFile(folder.join("a"), "text");
  assert.equal(await findFileText(folder.join("a")), "text");
  assert.equal(await findFileText(folder.join("b")), undefined);
  await assert.rejects(findFileText(folder.path), "a folder is no file");
});

Deno.test("readNamedFile() throws config_unreadable with the path when it cannot read", async () => {
  using folder = tempDir();
  await Deno.writeTextFile(folder.join("a"), "text");
  assert.equal(await readNamedFile(folder.join("a")), "text");
  await assert.rejects(readNamedFile(folder.join("b")), {
    code: "config_unreadable",
    message: new RegExp(`^Cannot read ${folder.join("b")}: `),
  });
});

Deno.test("filesFingerprint() changes when a file changes, is replaced, goes or appears", async () => {
  using folder = tempDir();
  const paths = [folder.join("a"), folder.join("b")];
  const seen = new Set([await filesFingerprint(paths)]);
  const steps = [
    () => Deno.writeTextFile(paths[1], "1"),
    () => Deno.writeTextFile(paths[1], "22"),
    async () => {
      await Deno.writeTextFile(folder.join("c"), "22");
      await Deno.rename(folder.join("c"), paths[1]);
    },
    () => Deno.writeTextFile(paths[0], "1"),
    () => Deno.remove(paths[1]),
  ];
  for (const step of steps) {
    await step();
    const now = await filesFingerprint(paths);
    assert(!seen.has(now), now);
    assert.equal(await filesFingerprint(paths), now);
    seen.add(now);
  }
});
