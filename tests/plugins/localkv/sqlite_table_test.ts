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
