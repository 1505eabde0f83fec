import assert from "node:assert/strict";
import { bookFile, Books } from "../../../core/books/mod.ts";
import { AgentError } from "../../../core/errors/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

async function withFolder(test: (folder: string) => Promise<void>): Promise<void> {
  using dir = tempDir();
  const folder = dir.path;
  await test(folder);
}

Deno.test("bookFile() gives back what was saved and nothing when nothing was", () =>
  withFolder(async (folder) => {
    const store = bookFile(`${folder}/books.json`);
    assert.equal(await store.load(), undefined);
    const books = new Books();
    books.open("logs").drop("malformed", 2);
    await store.save(books.snapshot());
    assert.deepEqual(await store.load(), books.snapshot());
    assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["books.json"]);
  }));

for (
  const [what, text] of [
    ["an empty file", ""],
    ["another JSON value", "[1]"],
    ["a negative count", '{"logs":{"accepted":-1}}'],
    [
      "a count that is a text",
      '{"logs":{"accepted":1,"delivered":0,"spooled":0,"inFlight":0,"rejected":{},"dropped":{"x":"1"}}}',
    ],
  ]
) {
  Deno.test(`bookFile() refuses ${what} and names the remedy`, () =>
    withFolder(async (folder) => {
      const path = `${folder}/books.json`;
      await Deno.writeTextFile(path, text);
      await assert.rejects(
        bookFile(path).load(),
        (error) =>
          error instanceof AgentError && error.code === "value_invalid" &&
          error.message.includes(path) && error.message.includes("move it away"),
      );
    }));
}

Deno.test("bookFile() names the path when it cannot save", () =>
  withFolder(async (folder) => {
    const store = bookFile(`${folder}/missing/books.json`);
    await assert.rejects(store.save({}), /Cannot write books at ".*\/missing\/books\.json"/);
  }));
