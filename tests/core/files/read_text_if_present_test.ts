import assert from "node:assert/strict";
import { readTextIfPresent } from "../../../core/files/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

Deno.test("readTextIfPresent() returns the text of a file", async () => {
  using folder = tempDir();
  const path = folder.join("file");
  await Deno.writeTextFile(path, "text\n");
  assert.equal(readTextIfPresent(path), "text\n");
});

Deno.test("readTextIfPresent() returns undefined when the file or one of its folders is missing", async () => {
  using folder = tempDir();
  const path = folder.join("file");
  await Deno.writeTextFile(path, "text");
  assert.equal(readTextIfPresent(`${path}.missing`), undefined);
  assert.equal(readTextIfPresent("/no/such/folder/file"), undefined);
  assert.equal(readTextIfPresent(`${path}/below-a-file`), undefined);
});

Deno.test("readTextIfPresent() throws when the file exists but cannot be read", () => {
  using folder = tempDir();
  assert.throws(() => readTextIfPresent(folder.path));
});

Deno.test("readTextIfPresent() removes a byte order mark, and only the first", async () => {
  using folder = tempDir();
  const path = folder.join("file");
  await Deno.writeTextFile(path, "\ufeff\ufefftext");
  assert.equal(readTextIfPresent(path), "\ufefftext");
});

Deno.test("readTextIfPresent() refuses a file that is larger than its limit, and reads one of that size", async () => {
  using folder = tempDir();
  const path = folder.join("file");
  await Deno.writeTextFile(path, "x".repeat(200_000));
  assert.equal(readTextIfPresent(path, { maxBytes: 200_000 })?.length, 200_000);
  assert.throws(() => readTextIfPresent(path, { maxBytes: 199_999 }), {
    code: "file_too_large",
    message: /larger than 199999/,
  });
  assert.throws(() => readTextIfPresent("/dev/zero"), { code: "file_too_large" });
});
