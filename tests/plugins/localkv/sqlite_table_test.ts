import assert from "node:assert/strict";
import type { StoredEntry } from "../../../core/keyvalue/mod.ts";
import { SqliteTable } from "../../../plugins/localkv/sqlite_table.ts";
import { tempDir } from "../../_support/temp_dir.ts";

function entry(key: string, revision: number): StoredEntry {
  return { key, value: new Uint8Array([revision]), revision, createRevision: revision };
}

Deno.test("SqliteTable rolls back and stays usable when a commit fails half way", () => {
  using dir = tempDir();
  const folder = dir.path;
  {
    using table = new SqliteTable(`${folder}/test.sqlite`, {
      durability: "process",
      maxBytes: 1024 * 1024,
      maxHistory: 100,
      maxHistoryAgeMs: 1_000,
    });
    const broken = { ...entry("b", 1), createRevision: null as unknown as number };
    const changes = [entry("a", 1), broken].map((each) => ({ type: "put", entry: each }) as const);
    assert.throws(() => table.commit({ revision: 1, changes }, 0), { code: "store_failed" });
    assert.equal(table.revision, 0);
    assert.equal(table.get("a"), undefined);
    table.commit({ revision: 1, changes: [{ type: "put", entry: entry("c", 1) }] }, 0);
    assert.equal(table.get("c")?.revision, 1);
  }
});

Deno.test("SqliteTable reads each page of a long list, and of a large delete, in the same time", () => {
  using dir = tempDir();
  using table = new SqliteTable(`${dir.path}/test.sqlite`, {
    durability: "process",
    maxBytes: 64 * 1024 * 1024,
    maxHistory: 1_000_000,
    maxHistoryAgeMs: 1_000_000,
  });
  const total = 40_000;
  const entries = Array.from(
    { length: total },
    (_, at) => entry(`k/${`${at}`.padStart(6, "0")}`, 1),
  );
  table.commit({ revision: 1, changes: entries.map((each) => ({ type: "put", entry: each })) }, 0);
  /** The shortest time of several reads of the page after an entry. */
  const msOf = (read: (after: string) => StoredEntry[], at: number) => {
    const wanted = entries.slice(at + 1, at + 501).map(({ key }) => key);
    const times = Array.from({ length: 8 }, () => {
      const started = performance.now();
      const page = read(entries[at].key);
      const ms = performance.now() - started;
      assert.deepEqual(page.map(({ key }) => key), wanted);
      return ms;
    });
    return Math.min(...times);
  };
  const list = (after: string) => table.list({ prefix: "k/", after, revision: 1, limit: 500 });
  const early = msOf(list, 0);
  const late = msOf(list, total - 501);
  assert(late < 10 * early + 5, `the first page took ${early} ms, the last one ${late} ms`);
  assert.equal(table.deletePrefix("k/", 2, 0), total);
  const replaced = (after: string) =>
    table.replaced({ prefix: "k/", after, revision: 2, limit: 500 });
  const first = msOf(replaced, 0);
  const last = msOf(replaced, total - 501);
  assert(last < 10 * first + 5, `the first page took ${first} ms, the last one ${last} ms`);
});

Deno.test("SqliteTable.deletePrefix() changes nothing when it fails half way", () => {
  using dir = tempDir();
  using table = new SqliteTable(`${dir.path}/test.sqlite`, {
    durability: "process",
    maxBytes: 1024 * 1024,
    maxHistory: 100,
    maxHistoryAgeMs: 1_000,
  });
  const changes = [entry("a", 1), entry("b", 1)].map((each) =>
    ({ type: "put", entry: each }) as const
  );
  table.commit({ revision: 1, changes }, 0);
  const invalid = "two" as unknown as number;
  assert.throws(() => table.deletePrefix("", invalid, 0), { code: "store_failed" });
  assert.equal(table.revision, 1);
  assert.deepEqual(table.list({ prefix: "", revision: 1, limit: 9 }).map(({ key }) => key), [
    "a",
    "b",
  ]);
  assert.equal(table.deletePrefix("", 2, 0), 2);
  assert.deepEqual(table.replaced({ prefix: "", revision: 2, limit: 9 }).map(({ key }) => key), [
    "a",
    "b",
  ]);
});
