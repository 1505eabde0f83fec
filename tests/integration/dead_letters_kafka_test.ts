import assert from "node:assert/strict";
import { runCli } from "../../cim/cli/mod.ts";
import { toBase64 } from "../../core/mod.ts";
import { keyedBlock } from "../../plugins/kafka/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { recordingIo } from "../cim/cli/_io.ts";
import { type Product, product } from "../cim/_product.ts";
import { createTopic, readTopic } from "./_kafka.ts";
import { requirePrivate, startPrivate } from "./_servers.ts";

// The topics are LOGS and EVENT, so the test needs a broker of its own.
const { ignore } = requirePrivate("kafka");
const text = new TextEncoder();

async function metricLines({ url }: Product, name: string): Promise<string[]> {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split("\n");
  return lines.filter((line) => line.startsWith(`cim_route_${name}{`))
    .filter((line) => /route="(events|logs_kafka)"/.test(line));
}

Deno.test({
  name: "cim dead-letters replay of a running agent reaches Kafka, and the books balance",
  ignore,
  async fn() {
    await using server = await startPrivate("kafka");
    const broker = `127.0.0.1:${server.port}`;
    for (const topic of ["LOGS", "EVENT"]) await createTopic(broker, topic);
    using temp = tempDir();
    await using cim = await product({ env: { CIM_KAFKA_BROKERS: broker }, folder: temp.path });
    const { data } = keyedBlock([{ key: text.encode("pod"), value: text.encode("event") }]);
    const letter = (route: string, record: Uint8Array) =>
      JSON.stringify({
        time: new Date().toISOString(),
        route,
        reason: "record_too_large",
        record: toBase64(record),
      });
    await Deno.writeTextFile(
      `${cim.folder}/data/dead_letters.jsonl`,
      `${letter("events", data.slice(4))}\n${letter("logs_kafka", text.encode("line"))}\n`,
    );
    const io = recordingIo();
    const sets = [`rest.port=${new URL(cim.url).port}`, `paths.data=${cim.folder}/data`];
    const options = sets.flatMap((set) => ["--set", set]);
    assert.equal(await runCli(["dead-letters", "replay", "--all", ...options], io), 0);
    const [event] = await readTopic(broker, "EVENT", 1);
    assert.deepEqual([event.key, event.value], ["pod", "event"]);
    const [line] = await readTopic(broker, "LOGS", 1);
    assert.deepEqual([line.key, line.value], [undefined, "line"]);
    await until("both are settled", async () => {
      return (await metricLines(cim, "spooled")).every((line) => line.endsWith(" 0"));
    });
    const unaccounted = await metricLines(cim, "unaccounted");
    assert.equal(unaccounted.length, 2);
    assert(unaccounted.every((line) => line.endsWith(" 0")), unaccounted.join());
  },
});
