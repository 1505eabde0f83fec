import assert from "node:assert/strict";
import { readTextIfPresent } from "../../../core/files/mod.ts";

Deno.test("readTextIfPresent() returns the text of a file", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "text\n");
    assert.equal(readTextIfPresent(path), "text\n");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readTextIfPresent() returns undefined when the file or one of its folders is missing", async () => {
  const path = await Deno.makeTempFile();
  try {
    assert.equal(readTextIfPresent(`${path}.missing`), undefined);
    assert.equal(readTextIfPresent("/no/such/folder/file"), undefined);
    assert.equal(readTextIfPresent(`${path}/below-a-file`), undefined);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readTextIfPresent() throws when the file exists but cannot be read", async () => {
  const folder = await Deno.makeTempDir();
  try {
    assert.throws(() => readTextIfPresent(folder));
  } finally {
    await Deno.remove(folder);
  }
});

Deno.test("readTextIfPresent() removes a byte order mark, and only the first", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "\ufeff\ufefftext");
    assert.equal(readTextIfPresent(path), "\ufefftext");
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("readTextIfPresent() refuses a file that is larger than its limit, and reads one of that size", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "x".repeat(200_000));
    assert.equal(readTextIfPresent(path, { maxBytes: 200_000 })?.length, 200_000);
    assert.throws(() => readTextIfPresent(path, { maxBytes: 199_999 }), {
      code: "file_too_large",
      message: /larger than 199999/,
    });
    assert.throws(() => readTextIfPresent("/dev/zero"), { code: "file_too_large" });
  } finally {
    await Deno.remove(path);
  }
});
