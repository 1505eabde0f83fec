import assert from "node:assert/strict";
import { makePrivate, makePrivateFile, makePrivateFolder } from "../../../core/files/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const mode = (path: string) => Deno.statSync(path).mode! & 0o777;

/** Runs with a temporary folder and the given umask. */
function withUmask(umask: number, work: (folder: string) => void): void {
  using dir = tempDir();
  const folder = dir.path;
  const before = Deno.umask(umask);
  try {
    work(folder);
  } finally {
    Deno.umask(before);
  }
}

Deno.test("makePrivateFolder() and makePrivateFile() create 0700 and 0600 whatever the umask is", () => {
  for (const umask of [0, 0o022, 0o277]) {
    withUmask(umask, (folder) => {
      makePrivateFolder(`${folder}/new`);
      makePrivateFile(`${folder}/new/file`);
      assert.equal(mode(`${folder}/new`), 0o700);
      assert.equal(mode(`${folder}/new/file`), 0o600);
    });
  }
});

Deno.test("makePrivateFolder() creates missing parents and keeps the mode of an existing folder", () =>
  withUmask(0o022, (folder) => {
    makePrivateFolder(`${folder}/a/b`);
    assert.equal(mode(`${folder}/a/b`), 0o700);
    Deno.chmodSync(`${folder}/a`, 0o755);
    makePrivateFolder(`${folder}/a`);
    assert.equal(mode(`${folder}/a`), 0o755);
  }));

Deno.test("makePrivateFile() keeps the content of an existing file, and makePrivate() narrows its mode", () =>
  withUmask(0, (folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "text");
    makePrivateFile(`${folder}/file`);
    assert.equal(mode(`${folder}/file`), 0o666);
    makePrivate(`${folder}/file`);
    assert.equal(mode(`${folder}/file`), 0o600);
    assert.equal(Deno.readTextFileSync(`${folder}/file`), "text");
  }));

Deno.test("makePrivateFolder() throws when a file is in its place", () =>
  withUmask(0o022, (folder) => {
    Deno.writeTextFileSync(`${folder}/file`, "");
    assert.throws(() => makePrivateFolder(`${folder}/file`));
  }));
