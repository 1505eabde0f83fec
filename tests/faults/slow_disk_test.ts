import assert from "node:assert/strict";
import { spool } from "../../cim/spool/mod.ts";
import { connectNats } from "../../plugins/nats/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { TcpCollector } from "../_support/tcp_collector.ts";
import { until } from "../_support/until.ts";
import { buildLogMessage } from "../_support/wire_messages.ts";
import { wrappedDisk } from "../_support/wrapped_disk.ts";
import { product } from "../cim/_product.ts";
import { assertBalanced, Oracle, readBook } from "./_oracle.ts";

/** The disk of the machine, with syncs that wait while it is stalled. */
function stallingDisk() {
  let flowing = Promise.resolve();
  let resume = () => {};
  const fs = wrappedDisk((file) => ({
    async syncData() {
      await flowing;
      await file.syncData();
    },
  }));
  return {
    fs,
    stall() {
      const { promise, resolve } = Promise.withResolvers<void>();
      flowing = promise;
      resume = resolve;
    },
    resume: () => resume(),
  };
}

Deno.test("C2-6: while the disk of the spool stalls, publishers are held for max_block only, and change-sets are committed", async () => {
  const maxBlockMs = 500;
  // Above what a busy machine adds, and far below the stall.
  const marginMs = 5_000;
  const disk = stallingDisk();
  await using collector = new TcpCollector();
  using temp = tempDir({ folders: ["conf/static"] });
  await Deno.writeTextFile(
    temp.join("conf", "static", "common-infra.json"),
    JSON.stringify({ logging_svc_url: `127.0.0.1:${collector.port}`, enable_retrx: "true" }),
  );
  await using cim = await product({
    folder: temp.path,
    mounted: JSON.stringify({ cimConfig: { lmaas: { logging_mode: "TCP" } } }),
    env: {
      CIM_SPOOL_DURABILITY: "power",
      CIM_LOGS_MAX_BUFFERED: "64KiB",
      CIM_LOGS_MAX_BLOCK: `${maxBlockMs}ms`,
    },
    extra: [spool({ fs: disk.fs })],
  });
  await (await cim.register()).body?.cancel();
  const oracle = new Oracle(["amf", "smf"]);
  await using nats = await connectNats(`nats://127.0.0.1:${cim.nats.port}`);
  const send = async (lines: number) => {
    const begin = performance.now();
    for (let count = 0; count < lines; count++) {
      const { source, text } = oracle.next();
      const line = { containerId: "c1", containerName: source, payload: text };
      nats.publish("LOG", buildLogMessage(line));
    }
    await nats.flush();
    return performance.now() - begin;
  };
  const book = async () => readBook(await (await fetch(`${cim.url}/metrics`)).text(), "logs_tcp");
  await send(100);
  await until("the first lines arrive", () => collector.lines.length === 100);

  disk.stall();
  try {
    let longestMs = 0;
    for (let round = 0; round < 20; round++) {
      longestMs = Math.max(longestMs, await send(200));
      if (round > 0) continue;
      const begin = performance.now();
      await cim.put("change-set/ns1/amf/v1/ms/amf.json/5", "[]");
      await until("the commit", async () => {
        return await cim.get("commit-config/ns1/amf/v1/ms/amf-0") === "5";
      });
      assert(performance.now() - begin < marginMs);
    }
    assert(longestMs < maxBlockMs + marginMs, `held for ${longestMs} ms`);
    assert((await book()).dropped > 0);
  } finally {
    disk.resume();
  }
  await until("there is room again", async () => (await book()).inFlight === 0);
  await send(2);
  const { dropped } = await until("all lines are sent", async () => {
    const now = await book();
    return now.accepted === oracle.sent && now.inFlight === 0 &&
      collector.lines.length === now.accepted - now.dropped && now;
  });
  const verdict = oracle.judge(
    collector.lines.map((line) => JSON.parse(line)).map(({ container_name, log }) => ({
      source: container_name,
      text: log,
    })),
  );
  assert.equal(verdict.missing.length, dropped);
  assert(!verdict.missing.includes(oracle.sent - 1));
  assertBalanced(await book());
});
