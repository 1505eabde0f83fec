import assert from "node:assert/strict";
import {
  filesFingerprint,
  findFileText,
  readNamedFile,
  readRegularFile,
  readRegularFileSync,
} from "../../../core/files/mod.ts";
import { makePipe } from "../../_support/pipe.ts";
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

Deno.test("readRegularFile() refuses a pipe, which would let it wait for ever, a device and a folder", async () => {
  using folder = tempDir();
  const pipe = folder.join("pipe");
  await makePipe(pipe);
  const isRefused = /^it is a (pipe, socket or device|folder), not a regular file$/;
  for (const path of [pipe, "/dev/zero", folder.path]) {
    await assert.rejects(readRegularFile(path), { name: "TypeError", message: isRefused });
    assert.throws(() => readRegularFileSync(path), { name: "TypeError", message: isRefused });
  }
  await assert.rejects(findFileText(pipe), { message: isRefused });
  await assert.rejects(readNamedFile(pipe), {
    code: "config_unreadable",
    message: `Cannot read ${pipe}: it is a pipe, socket or device, not a regular file`,
  });
  await Deno.writeTextFile(folder.join("a"), "text");
  await Deno.symlink(folder.join("a"), folder.join("link"));
  assert.equal(await readRegularFile(folder.join("link")), "text");
  assert.equal(readRegularFileSync(folder.join("link")), "text");
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
