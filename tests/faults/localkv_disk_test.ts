/** The embedded store on a disk that is full or read-only. Needs the right to mount file systems. */
import assert from "node:assert/strict";
import { statusToken } from "../../core/agent/mod.ts";
import { type Harness, harness } from "../../core/testing/mod.ts";
import { localkv, localkvToken, LocalStore } from "../../plugins/localkv/mod.ts";
import { canMount, smallDisk } from "../_support/small_disk.ts";
import { tempDir } from "../_support/temp_dir.ts";

const bytes = (size: number) => new Uint8Array(size).fill(120);

const ignore = !await canMount();

function agentIn(folder: string, fallback: "none" | "memory"): Harness {
  return harness({ plugins: [localkv()], config: { localkv: { folder, fallback } } });
}

/** Starts an agent with each fallback and asserts that only `memory` lets it run, degraded. */
async function assertFallback(folder: string, reason: RegExp): Promise<void> {
  await using inMemory = agentIn(folder, "memory");
  await inMemory.agent.start();
  await inMemory.agent.get(localkvToken).put("a", bytes(1));
  const status = inMemory.agent.get(statusToken).plugin("localkv")!;
  assert.equal(status.state, "degraded");
  assert.match(status.reason, reason);
  const strict = agentIn(folder, "none");
  await assert.rejects(() => strict.agent.start(), reason);
}

Deno.test({
  name: "localkv() uses its fallback when the disk is full at the start",
  ignore,
  async fn() {
    const disk = await smallDisk("size=256k");
    assert(disk);
    await using _disk = disk;
    await disk.fill();
    await assertFallback(disk.folder, /is full .*free disk space/);
  },
});

Deno.test({
  name: "localkv() uses its fallback when the disk is read-only, empty or with a store on it",
  ignore,
  async fn() {
    for (const isEmpty of [true, false]) {
      const disk = await smallDisk("size=256k");
      assert(disk);
      await using _disk = disk;
      if (!isEmpty) {
        await using store = LocalStore.open({ folder: disk.folder });
        await store.put("a", bytes(1));
      }
      assert(await disk.makeReadOnly());
      await assertFallback(disk.folder, /make the folder writable/);
    }
  },
});

Deno.test({
  name: "localkv() is degraded, but can be read, while the disk is full, and recovers",
  ignore,
  async fn() {
    const disk = await smallDisk("size=256k");
    assert(disk);
    await using _disk = disk;
    await using test = agentIn(disk.folder, "none");
    await test.agent.start();
    const store = test.agent.get(localkvToken);
    await store.put("a", bytes(10));
    await disk.fill();
    await assert.rejects(async () => {
      while (true) await store.put("b", bytes(5_000));
    }, { code: "store_full" });
    assert.equal((await store.get("a"))?.value.length, 10);
    await test.clock.advance(5_000);
    assert.equal(test.agent.get(statusToken).plugin("localkv")!.state, "degraded");
    await disk.free();
    await store.put("b", bytes(5_000));
    await test.clock.advance(5_000);
    assert.equal(test.agent.get(statusToken).plugin("localkv")!.state, "ok");
  },
});

Deno.test({
  name: "LocalStore opens with its entries when the disk is full and keys have expired",
  ignore,
  async fn() {
    const disk = await smallDisk("size=256k");
    assert(disk);
    await using _disk = disk;
    using copy = tempDir();
    {
      await using store = LocalStore.open({ folder: copy.path });
      await store.put("a", bytes(10));
      await store.put("expired", bytes(10), { ttlMs: 1 });
    }
    await Deno.copyFile(`${copy.path}/localkv.sqlite`, `${disk.folder}/localkv.sqlite`);
    await disk.fill();
    await using store = LocalStore.open({ folder: disk.folder });
    await disk.free();
    assert.deepEqual((await Array.fromAsync(store.list(""))).map(({ key }) => key), ["a"]);
  },
});
