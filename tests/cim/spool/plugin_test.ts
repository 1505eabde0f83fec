import assert from "node:assert/strict";
import { paths } from "../../../cim/paths/mod.ts";
import { spool, type SpoolApi, spoolToken } from "../../../cim/spool/mod.ts";
import { definePlugin, type MetricSet, metricsToken } from "../../../core/mod.ts";
import { harness } from "../../../core/testing/mod.ts";
import { tempDir } from "../../_support/temp_dir.ts";

const line = new TextEncoder().encode("hello\n");

async function start(data: string, config: Record<string, unknown> = {}) {
  let api: SpoolApi | undefined;
  let metrics: MetricSet | undefined;
  const probe = definePlugin({
    name: "probe",
    requires: [spoolToken],
    init({ get }) {
      api = get(spoolToken);
      metrics = get(metricsToken);
    },
  });
  const h = harness({
    plugins: [paths(), spool(), probe],
    config: { paths: { data }, spool: config },
  });
  await h.agent.start();
  return {
    harness: h,
    api: api!,
    /** The value of a metric without labels, or the sum over all labels. */
    metric(name: string) {
      const family = metrics!.families().find((one) => one.name === name);
      assert(family?.type === "gauge" || family?.type === "counter", name);
      const samples = family.collect();
      if (typeof samples === "number") return samples;
      return [...samples].reduce((sum, { value }) => sum + value, 0);
    },
    [Symbol.asyncDispose]: () => h[Symbol.asyncDispose](),
  };
}

function statusOf({ harness }: Awaited<ReturnType<typeof start>>) {
  return harness.agent.status.plugin("spool")!;
}

Deno.test("spool() keeps what is stored for the next run and says how many records it inherited", async () => {
  using folder = tempDir();
  {
    await using run = await start(folder.path);
    assert.equal(run.api.isDurable, true);
    const queue = run.api.queue("logs_tcp", () => {});
    assert.equal((await queue.append(line, 1)).status, "stored");
  }
  await using run = await start(folder.path);
  const queue = run.api.queue("logs_tcp", () => {});
  assert.equal(queue.inherited, 1);
  const block = await queue.take(AbortSignal.timeout(5_000));
  assert.deepEqual(block?.data, line);
  const said = run.harness.logs.messages("info");
  assert(said.some((text) => text.includes("survive a crash of the process")), `${said}`);
  assert(said.includes("Records of the previous run wait to be sent"), `${said}`);
});

Deno.test("spool() works in memory and is degraded when its folder cannot be used", async () => {
  using folder = tempDir();
  await Deno.writeTextFile(folder.join("spool"), "a file where the folder should be");
  await using run = await start(folder.path);
  assert.equal(run.api.isDurable, false);
  const status = statusOf(run);
  assert.equal(status.state, "degraded");
  assert.match(status.reason ?? "", /^Cannot open the spool in .*kept in memory only/);
  const queue = run.api.queue("logs_tcp", () => {});
  assert.equal((await queue.append(line, 1)).status, "stored");
  assert.deepEqual((await queue.take(AbortSignal.timeout(5_000)))?.data, line);
});

Deno.test("spool() does not touch a folder that another agent uses", async () => {
  using folder = tempDir();
  await using first = await start(folder.path);
  await using second = await start(folder.path);
  assert.deepEqual([first.api.isDurable, second.api.isDurable], [true, false]);
  assert.match(statusOf(second).reason ?? "", /uses it/);
});

Deno.test("spool() tells the route which stored records it dropped to make room", async () => {
  using folder = tempDir();
  const lost: [number, string][] = [];
  await using run = await start(folder.path, { max_size: "1MiB", when_full: "drop_oldest" });
  const queue = run.api.queue("logs_tcp", (records, reason) => lost.push([records, reason]));
  const block = new Uint8Array(65_536);
  for (let count = 0; count < 32; count++) {
    assert.equal((await queue.append(block, 10)).status, "stored");
  }
  const dropped = lost.reduce((sum, [records]) => sum + records, 0);
  assert(dropped > 0 && lost.every(([, reason]) => reason === "spool_full"), `${lost}`);
  assert.equal(queue.records + dropped, 320);
  assert.equal(run.metric("cim_spool_lost_total"), dropped);
  assert.equal(run.metric("cim_spool_records"), queue.records);
  assert(run.metric("cim_spool_bytes") <= run.metric("cim_spool_max_bytes"));
});

Deno.test("hasRoomFor() keeps an eighth of the spool free, and opened() finds the queues that there are", async () => {
  using folder = tempDir();
  await using run = await start(folder.path, { max_size: "1MiB", when_full: "drop_newest" });
  assert.equal(run.api.opened("logs_tcp"), undefined);
  const queue = run.api.queue("logs_tcp", () => {});
  assert.equal(run.api.opened("logs_tcp"), queue);
  assert.equal(run.api.hasRoomFor(500_000), true);
  assert.equal(run.api.hasRoomFor(1_000_000), false);
  for (let count = 0; count < 8; count++) await queue.append(new Uint8Array(65_000), 1);
  assert.equal(run.api.hasRoomFor(500_000), false);
});
