import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { metricsToken, statusToken } from "../../../core/agent/mod.ts";
import type { KeyValueStore } from "../../../core/keyvalue/mod.ts";
import { type Harness, harness } from "../../../core/testing/mod.ts";
import { localkv, localkvToken } from "../../../plugins/localkv/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";
import { until } from "../../_support/until.ts";

/** An agent with the plugin alone. */
function agentWith(section: Record<string, unknown>): Harness {
  return harness({ plugins: [localkv()], config: { localkv: section } });
}

const storeOf = ({ agent }: Harness): KeyValueStore => agent.get(localkvToken);
const statusOf = ({ agent }: Harness) => agent.get(statusToken).plugin("localkv")!;

/** The value of a gauge. */
function metric({ agent }: Harness, name: string): unknown {
  return agent.get(metricsToken).families().find((family) => family.name === name)?.collect();
}

/** Runs with the path of a folder that does not exist yet. */
async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  using parentDir = tempDir();
  const parent = parentDir.path;
  await work(`${parent}/data`);
}

Deno.test("localkv() provides a store in the folder of its section and closes it with the agent", () =>
  withFolder(async (folder) => {
    let store: KeyValueStore;
    {
      await using test = agentWith({ folder });
      await test.agent.start();
      store = storeOf(test);
      await store.put("a", new Uint8Array([1]));
    }
    await assert.rejects(() => store.get("a"), { code: "closed" });
    assert(Deno.statSync(`${folder}/localkv.sqlite`).isFile);
  }));

/** Makes a folder unusable for the store until disposed of. */
type Spoil = (folder: string) => Disposable;

/** Ways to make a folder unusable, by the error code that results. */
const unusable: Record<"store_failed" | "store_corrupt" | "store_owned", Spoil> = {
  store_failed(folder) {
    Deno.writeTextFileSync(folder, "a file in place of the folder");
    return { [Symbol.dispose]() {} };
  },
  store_corrupt(folder) {
    Deno.mkdirSync(folder);
    Deno.writeTextFileSync(`${folder}/localkv.sqlite`, "damaged ".repeat(1_000));
    return { [Symbol.dispose]() {} };
  },
  store_owned(folder) {
    Deno.mkdirSync(folder);
    const database = new DatabaseSync(`${folder}/localkv.sqlite`);
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; CREATE TABLE a (b)");
    return { [Symbol.dispose]: () => database.close() };
  },
};

for (const [code, spoil] of Object.entries(unusable)) {
  Deno.test(`localkv() with fallback memory is degraded when opening the file fails with ${code}`, () =>
    withFolder(async (folder) => {
      using _spoiled = spoil(folder);
      await using test = agentWith({ folder, fallback: "memory" });
      await test.agent.start();
      await storeOf(test).put("a", new Uint8Array([1]));
      assert.deepEqual((await storeOf(test).get("a"))?.value, new Uint8Array([1]));
      const { state, reason } = statusOf(test);
      assert.equal(state, "degraded");
      assert.match(reason, /in memory, lost when the agent stops: Cannot open the embedded store/);
      assert.equal(metric(test, "localkv_durable"), 0);
    }));

  Deno.test(`localkv() without fallback fails to start when opening the file fails with ${code}`, () =>
    withFolder(async (folder) => {
      using _spoiled = spoil(folder);
      const test = agentWith({ folder });
      await assert.rejects(() => test.agent.start(), /localkv\.folder|move it away/);
    }));
}

Deno.test("localkv() with fallback memory moves into the file once it can be opened", () =>
  withFolder(async (folder) => {
    Deno.writeTextFileSync(folder, "a file in place of the folder");
    {
      await using test = agentWith({ folder, fallback: "memory" });
      await test.agent.start();
      await storeOf(test).put("a", new Uint8Array([1]));
      await test.clock.advance(20_000);
      assert.equal(statusOf(test).state, "degraded");
      assert.deepEqual(metric(test, "localkv_revision"), []);
      Deno.removeSync(folder);
      await test.clock.advance(60_000);
      await until("the entries are in the file", () => statusOf(test).state === "ok");
      assert.equal(metric(test, "localkv_durable"), 1);
      assert.equal(metric(test, "localkv_revision"), 1);
      await storeOf(test).put("b", new Uint8Array([2]));
      await Deno.remove(folder, { recursive: true });
      await test.clock.advance(5_000);
      assert.match(statusOf(test).reason, /was deleted while it was in use/);
      assert.equal(metric(test, "localkv_durable"), 0);
    }
  }));

Deno.test("localkv() keeps what it moved into the file for the next run", () =>
  withFolder(async (folder) => {
    const spoiled = unusable.store_owned(folder);
    {
      await using test = agentWith({ folder, fallback: "memory" });
      await test.agent.start();
      await storeOf(test).put("a", new Uint8Array([1]));
      spoiled[Symbol.dispose]();
      Deno.removeSync(folder, { recursive: true });
      await test.clock.advance(60_000);
      await until("the entries are in the file", () => statusOf(test).state === "ok");
    }
    await using test = agentWith({ folder });
    await test.agent.start();
    assert.deepEqual((await storeOf(test).get("a"))?.value, new Uint8Array([1]));
  }));

Deno.test("localkv() with fallback memory refuses writes when max_size is reached", () =>
  withFolder(async (folder) => {
    using _spoiled = unusable.store_failed(folder);
    await using test = agentWith({ folder, fallback: "memory", max_size: "256KiB" });
    await test.agent.start();
    await assert.rejects(async () => {
      for (let at = 0; at < 100; at++) {
        await storeOf(test).put(`key/${at}`, new Uint8Array(10_000));
      }
    }, { code: "store_full" });
  }));

Deno.test("localkv() is degraded and not durable when its folder is deleted or replaced", () =>
  withFolder(async (folder) => {
    await using test = agentWith({ folder });
    await test.agent.start();
    await test.clock.advance(5_000);
    assert.equal(statusOf(test).state, "ok");
    assert.equal(metric(test, "localkv_durable"), 1);
    await Deno.remove(folder, { recursive: true });
    await test.clock.advance(5_000);
    assert.equal(statusOf(test).state, "degraded");
    assert.match(statusOf(test).reason, /sqlite was deleted while it was in use; restart/);
    assert.equal(metric(test, "localkv_durable"), 0);
    await storeOf(test).put("a", new Uint8Array([1]));
    await Deno.mkdir(folder);
    await Deno.writeTextFile(`${folder}/localkv.sqlite`, "of another program");
    await test.clock.advance(5_000);
    assert.match(statusOf(test).reason, /was replaced while it was in use/);
  }));

Deno.test("localkv() is degraded while writes fail and ok when they succeed again", () =>
  withFolder(async (folder) => {
    await using test = agentWith({ folder, max_size: "256KiB" });
    await test.agent.start();
    await assert.rejects(async () => {
      for (let at = 0; at < 100; at++) {
        await storeOf(test).put(`key/${at}`, new Uint8Array(10_000));
      }
    }, { code: "store_full" });
    await test.clock.advance(5_000);
    assert.equal(statusOf(test).state, "degraded");
    assert.match(statusOf(test).reason, /localkv\.max_size/);
    await storeOf(test).delete("key/", { prefix: true });
    await test.clock.advance(5_000);
    assert.equal(statusOf(test).state, "ok");
  }));
