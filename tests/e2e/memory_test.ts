import assert from "node:assert/strict";
import { LocalStore } from "../../plugins/localkv/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { type AgentProcess, changeSets, startAgent } from "./_agent.ts";
import { until } from "./_until.ts";

const mebibyte = 1024 * 1024;
const pending = 8_000;

/** Writes change-sets of 2 KB into the store of an agent that does not run. */
async function fill(folder: string): Promise<void> {
  await using store = LocalStore.open({ folder });
  const value = new TextEncoder().encode(
    JSON.stringify([{ op: "replace", path: "/a", value: "x".repeat(2_000) }]),
  );
  for (let first = 1; first <= pending; first += 100) {
    const operations = Array.from({ length: 100 }, (_, at) => {
      const key = `${changeSets}/app${at % 50}.json/${first + at}`;
      return { type: "put", key, value, ttlMs: "1h" } as const;
    });
    await store.txn({ operations });
  }
}

/** Resident memory of the agent in MiB. */
async function resident(agent: AgentProcess): Promise<number> {
  const { text } = await agent.get("/metrics");
  return Number(/^process_resident_memory_bytes (\S+)$/m.exec(text)![1]) / mebibyte;
}

Deno.test("the agent keeps below 135 MiB with 8,000 pending change-sets of 2 KB", async () => {
  using folder = tempDir();
  await fill(folder.join("data"));
  await using agent = await startAgent({ folder: folder.path });
  await until("change-sets wait", async () => {
    const { text } = await agent.get("/api/v1/config/changes");
    return JSON.parse(text).changes.length === 1_000 || undefined;
  });
  const mib = await resident(agent);
  assert(mib < 135, `${mib} MiB are resident`);
});
