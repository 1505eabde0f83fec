/* The agent in a control group with less memory than what waits, or than what publishers send. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { Spool } from "../../core/mod.ts";
import { connectNats } from "../../plugins/nats/mod.ts";
import { canLimitMemory, memoryLimit } from "../_support/memory_limit.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { buildLogMessage } from "../_support/wire_messages.ts";
import { startAgent } from "../e2e/_agent.ts";
import { LogFlow } from "./_log_flow.ts";
import { assertBalanced, readBook } from "./_oracle.ts";

const ignore = !await canLimitMemory();
const mib = 1_048_576;
const lineBytes = 1_024;
const linesPerBlock = 1_024;
const blocks = 256;

/** A block of numbered lines of a kibibyte. */
function blockAt(index: number): Uint8Array {
  const lines = Array.from({ length: linesPerBlock }, (_, at) => {
    return `${index * linesPerBlock + at} `.padEnd(lineBytes - 1, "x") + "\n";
  });
  return new TextEncoder().encode(lines.join(""));
}

/** Reads one connection and compares what arrives with the blocks; text after them is kept. */
function comparingCollector() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const state = { equalBytes: 0, rest: "" };
  const reading = (async () => {
    using conn = await listener.accept();
    const buffer = new Uint8Array(262_144);
    let expected = blockAt(0);
    for (let count = await conn.read(buffer); count !== null; count = await conn.read(buffer)) {
      let chunk = buffer.subarray(0, count);
      while (chunk.length > 0 && state.equalBytes < blocks * expected.length) {
        const at = state.equalBytes % expected.length;
        const part = chunk.subarray(0, expected.length - at);
        assert(Buffer.from(expected.buffer, at, part.length).equals(part), `byte ${at} differs`);
        state.equalBytes += part.length;
        chunk = chunk.subarray(part.length);
        const index = state.equalBytes / expected.length;
        if (Number.isInteger(index)) expected = blockAt(index);
      }
      state.rest += new TextDecoder().decode(chunk);
    }
  })();
  return {
    port: listener.addr.port,
    state,
    async [Symbol.asyncDispose]() {
      listener.close();
      await reading;
    },
  };
}

Deno.test({
  name:
    "C2-4: an agent whose spool is larger than its memory starts, and sends everything in order (needs root)",
  ignore,
  async fn() {
    await using limit = memoryLimit(192 * mib)!;
    await using collector = comparingCollector();
    using temp = tempDir({ folders: ["conf/static"] });
    {
      await using spool = await Spool.open({ folder: temp.join("data", "spool") });
      const queue = spool.queue("logs_tcp");
      for (let index = 0; index < blocks; index++) {
        await queue.append(blockAt(index), linesPerBlock);
      }
    }
    await Deno.writeTextFile(
      temp.join("conf", "static", "common-infra.json"),
      JSON.stringify({ logging_svc_url: `127.0.0.1:${collector.port}`, enable_retrx: "true" }),
    );
    await Deno.writeTextFile(
      temp.join("conf", "cim.json"),
      JSON.stringify({ cimConfig: { lmaas: { logging_mode: "TCP" } } }),
    );
    await using agent = await startAgent({ folder: temp.path, wrapper: limit.wrapper });
    await until("everything arrives", () => {
      assert(!agent.hasEnded, agent.log);
      return collector.state.equalBytes === blocks * linesPerBlock * lineBytes;
    }, { withinMs: 120_000, everyMs: 50 });
    await using nats = await connectNats(agent.natsUrl);
    const line = { containerId: "c1", containerName: "amf", payload: "a fresh line" };
    nats.publish("LOG", buildLogMessage(line));
    await until("a fresh line arrives", () => collector.state.rest.includes("a fresh line"));
    const book = readBook((await agent.get("/metrics")).text, "logs_tcp");
    assertBalanced(book);
    assert.deepEqual([book.accepted, book.dropped], [blocks * linesPerBlock + 1, 0]);
    assert.equal(limit.kills(), 0);
    assert.equal((await agent.stop()).code, 0);
  },
});

Deno.test({
  name:
    "C2-39: an agent with little memory drops and counts lines that have no room, and is not killed (needs root)",
  ignore,
  async fn() {
    await using limit = memoryLimit(128 * mib)!;
    await using flow = await LogFlow.start({
      spool: { max_size: "4MiB", when_full: "drop_newest" },
      logs: { when_full: "drop_newest" },
    }, { wrapper: limit.wrapper });
    flow.collector.signal("SIGSTOP");
    // One line for each block, then as many as the connection takes.
    for (let single = 0; single < 300; single++) await flow.send(1);
    await flow.send(150_000);
    const { dropped } = await until("nothing is in flight", async () => {
      const book = await flow.book();
      return book.inFlight === 0 && book;
    });
    assert(dropped > 0);
    assert.equal((await flow.agent.get("/readiness")).status, 200);
    flow.collector.signal("SIGCONT");
    await until("there is room again", async () => (await flow.book()).spooled < 1_000);
    await flow.judge({ dropped });
    assert.equal(limit.kills(), 0);
  },
});
