import assert from "node:assert/strict";
import { textCodec } from "../../../core/keyvalue/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { LocalStore, type LocalStoreOptions } from "../../../plugins/localkv/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const bytes = textCodec.encode;

/** Runs with a temporary folder and a function that opens a store in it. */
async function withFolder(
  work: (
    open: (options?: Partial<LocalStoreOptions>) => LocalStore,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  using dir = tempDir();
  const folder = dir.path;
  await work((options) => LocalStore.open({ folder, ...options }), folder);
}

Deno.test("LocalStore keeps entries, revisions and history when it is reopened", () =>
  withFolder(async (open) => {
    {
      await using store = open();
      await store.put("a", bytes("1"));
      await store.put("a", bytes("2"));
      await store.put("b", bytes("1"));
      await store.delete("b");
    }
    await using store = open();
    assert.equal(await store.revision(), 4);
    assert.deepEqual(await store.get("a"), {
      key: "a",
      value: bytes("2"),
      revision: 2,
      createRevision: 1,
    });
    const batches = (await store.watch("", { fromRevision: 2 }))[Symbol.asyncIterator]();
    const seen = [];
    for (let index = 0; index < 3; index++) seen.push((await batches.next()).value);
    assert.deepEqual(seen.map(({ revision }) => revision), [2, 3, 4]);
    assert.deepEqual(textCodec.decode(seen[2].changes[0].previous!.value), "1");
    assert.equal((await store.put("c", bytes("1"))).revision, 5);
  }));

Deno.test("LocalStore keeps the revision when all history was compacted", () =>
  withFolder(async (open) => {
    {
      await using store = open();
      for (const value of ["1", "2", "3"]) await store.put("a", bytes(value));
      await store.compact(3);
    }
    await using store = open();
    assert.equal(await store.revision(), 3);
    await assert.rejects(() => store.watch("", { fromRevision: 3 }), { code: "store_compacted" });
    assert.equal((await store.put("a", bytes("4"))).revision, 4);
  }));

Deno.test("LocalStore deletes keys that expired while it was closed when it is reopened", () =>
  withFolder(async (open) => {
    const clock = manualClock();
    {
      await using store = open({ clock });
      await store.put("short", bytes("1"), { ttlMs: 1_000 });
      await store.put("long", bytes("1"), { ttlMs: 60_000 });
      await store.put("stays", bytes("1"));
    }
    await clock.advance(5_000);
    await using store = open({ clock });
    assert.equal(await store.revision(), 4);
    const batches = (await store.watch("", { fromRevision: 4 }))[Symbol.asyncIterator]();
    const [change] = (await batches.next()).value.changes;
    assert.deepEqual([change.type, change.key, change.revision], ["delete", "short", 4]);
    assert.equal(await store.remainingTtlMs("long"), 55_000);
    await clock.advance(55_000);
    assert.deepEqual((await batches.next()).value.changes[0].key, "long");
    assert.equal(clock.pending, 0);
  }));

Deno.test("LocalStore trims its history when there are more than maxHistory changes", () =>
  withFolder(async (open) => {
    await using store = open({ maxHistory: 80 });
    for (let value = 0; value < 1_000; value++) await store.put("a", bytes("1"));
    assert(store.stats.historySize <= 90, `${store.stats.historySize} changes`);
    assert(store.stats.compactions > 50);
    await store.watch("", { fromRevision: 921 });
    await assert.rejects(() => store.watch("", { fromRevision: 900 }), { code: "store_compacted" });
  }));

Deno.test("LocalStore trims its history when changes are older than maxHistoryAgeMs", () =>
  withFolder(async (open) => {
    const clock = manualClock();
    await using store = open({ clock, maxHistoryAgeMs: "1h" });
    for (let hour = 0; hour < 5; hour++) {
      await store.put("a", bytes("1"));
      await clock.advance(3_600_001);
    }
    await store.put("a", bytes("last"));
    assert.equal(store.stats.historySize, 1);
    assert.equal(await store.revision(), 6);
  }));

Deno.test("LocalStore writes nothing when a value is too large", () =>
  withFolder(async (open) => {
    await using store = open({ maxValueBytes: 10 });
    await store.put("a", new Uint8Array(10));
    await assert.rejects(() => store.put("a", new Uint8Array(11)), {
      name: "RangeError",
      message: /"a": 11 bytes, at most 10/,
    });
    assert.equal(await store.revision(), 1);
  }));

Deno.test("LocalStore.open() fails with store_owned when the folder is in use, until close()", () =>
  withFolder(async (open, folder) => {
    const store = open();
    assert.throws(() => open(), {
      code: "store_owned",
      message: new RegExp(`${folder}: process ${Deno.pid} is using it`),
    });
    await store.close();
    await store.close();
    await using again = open();
    assert.equal(await again.revision(), 0);
  }));

Deno.test("LocalStore.open() throws when an option is out of range", () =>
  withFolder((open) => {
    assert.throws(() => open({ maxBytes: 1 }), RangeError);
    assert.throws(() => open({ maxHistory: 0 }), RangeError);
    assert.throws(() => open({ maxHistoryAgeMs: 0 }), RangeError);
    assert.throws(() => open({ maxWatchBytes: 0 }), RangeError);
    assert.throws(() => LocalStore.open({ folder: "" }), TypeError);
    return Promise.resolve();
  }));

Deno.test("LocalStore with durability power keeps entries when it is reopened", () =>
  withFolder(async (open) => {
    {
      await using store = open({ durability: "power" });
      await store.put("a", bytes("1"));
    }
    await using store = open();
    assert.equal((await store.get("a"))?.revision, 1);
  }));

Deno.test("LocalStore.open() creates its files with mode 0600 in a folder with mode 0700 whatever the umask is", async () => {
  using parentDir = tempDir();
  const parent = parentDir.path;
  const umask = Deno.umask(0);
  try {
    const folder = `${parent}/data`;
    await using store = LocalStore.open({ folder });
    await store.put("a", bytes("1"));
    assert.equal(Deno.statSync(folder).mode! & 0o777, 0o700);
    const modes = [...Deno.readDirSync(folder)].map(({ name }) =>
      `${name} ${(Deno.statSync(`${folder}/${name}`).mode! & 0o777).toString(8)}`
    );
    assert.deepEqual(modes.toSorted(), [
      "localkv.owner 600",
      "localkv.sqlite 600",
      "localkv.sqlite-wal 600",
    ]);
  } finally {
    Deno.umask(umask);
  }
});

Deno.test("LocalStore.open() narrows the mode of the files of an older version", () =>
  withFolder(async (open, folder) => {
    await open().close();
    await Deno.chmod(`${folder}/localkv.sqlite`, 0o644);
    await Deno.chmod(`${folder}/localkv.owner`, 0o644);
    await using _store = open();
    assert.equal(Deno.statSync(`${folder}/localkv.sqlite`).mode! & 0o777, 0o600);
    assert.equal(Deno.statSync(`${folder}/localkv.owner`).mode! & 0o777, 0o600);
  }));

Deno.test("LocalStore.open() leaves the lock of an open store alone when it fails with store_owned", () =>
  withFolder(async (open, folder) => {
    await using _store = open();
    assert.throws(() => open(), { code: "store_owned" });
    const script = `import { DatabaseSync } from "node:sqlite";
      new DatabaseSync("${folder}/localkv.sqlite").exec("PRAGMA busy_timeout = 0; CREATE TABLE a (b)")`;
    const { success, stderr } = await new Deno.Command(Deno.execPath(), { args: ["eval", script] })
      .output();
    assert(!success);
    assert.match(new TextDecoder().decode(stderr), /database is locked/);
  }));
