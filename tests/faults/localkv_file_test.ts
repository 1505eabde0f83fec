import assert from "node:assert/strict";
import { LocalStore } from "../../plugins/localkv/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";

const bytes = (size: number) => new Uint8Array(size).fill(120);

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  using dir = tempDir();
  const folder = dir.path;
  try {
    await work(folder);
  } finally {
    await Deno.chmod(folder, 0o700);
  }
}

Deno.test("LocalStore.open() fails with store_corrupt and the remedy when the file is damaged", () =>
  inFolder(async (folder) => {
    const path = `${folder}/localkv.sqlite`;
    {
      await using store = LocalStore.open({ folder });
      for (let key = 0; key < 100; key++) await store.put(`key/${key}`, bytes(4_000));
    }
    const intact = await Deno.readFile(path);
    const damaged = [
      new TextEncoder().encode("not a database ".repeat(1_000)),
      intact.map((byte, at) => at < 100 ? 0x55 : byte),
      intact.map((byte, at) => at > 8_192 && at < 200_000 ? byte ^ 0xff : byte),
    ];
    for (const content of damaged) {
      await Deno.writeFile(path, content);
      assert.throws(() => LocalStore.open({ folder }), (error: Error & { code?: string }) => {
        assert.equal(error.code, "store_corrupt", error.message);
        assert(error.message.includes(path) && error.message.includes("move it away"));
        return true;
      });
    }
    await Deno.remove(path);
    await using store = LocalStore.open({ folder });
    assert.equal(await store.revision(), 0);
  }));

Deno.test("LocalStore.open() changes nothing when the file is the database of another program", () =>
  inFolder(async (folder) => {
    const { DatabaseSync } = await import("node:sqlite");
    const path = `${folder}/localkv.sqlite`;
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
    other.close();
    assert.throws(() => LocalStore.open({ folder }), { code: "store_corrupt" });
    const again = new DatabaseSync(path);
    assert.deepEqual({ ...again.prepare("SELECT a FROM theirs").get() }, { a: 1 });
    again.close();
  }));

Deno.test("LocalStore.open() fails with store_failed and the remedy when the folder cannot be used", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    assert.throws(() => LocalStore.open({ folder: `${folder}/file` }), {
      code: "store_failed",
      message: /set localkv\.folder/,
    });
  }));

Deno.test("LocalStore drops its history first when the file is full", () =>
  inFolder(async (folder) => {
    await using store = LocalStore.open({ folder, maxBytes: 1024 * 1024 });
    for (let round = 0; round < 200; round++) await store.put("same", bytes(50_000));
    assert(store.stats.compactions > 0);
    assert(store.stats.fileBytes <= 1024 * 1024);
    assert.equal(await store.revision(), 200);
  }));

Deno.test("LocalStore refuses writes, keeps its entries and accepts deletes when it is full", () =>
  inFolder(async (folder) => {
    await using store = LocalStore.open({ folder, maxBytes: 1024 * 1024 });
    let stored = 0;
    await assert.rejects(
      async () => {
        for (; stored < 1_000; stored++) await store.put(`key/${stored}`, bytes(10_000));
      },
      { code: "store_full", message: /localkv\.max_size/ },
    );
    assert(stored > 50, `${stored} fitted in`);
    assert.equal((await Array.fromAsync(store.list("", { keysOnly: true }))).length, stored);
    const { count, isCut } = await store.delete("key/", { prefix: true });
    assert.deepEqual([count, isCut], [stored, false]);
    await store.put("key/again", bytes(10_000));
    assert.equal((await Array.fromAsync(store.list(""))).length, 1);
  }));
