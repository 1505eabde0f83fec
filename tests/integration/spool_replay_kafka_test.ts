import assert from "node:assert/strict";
import { runCli } from "../../cim/cli/mod.ts";
import { Spool } from "../../core/mod.ts";
import { keyedBlock, valueBlock } from "../../plugins/kafka/mod.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { recordingIo } from "../cim/cli/_io.ts";
import { createTopic, newTopic, readTopic } from "./_kafka.ts";
import { requireServer } from "./_servers.ts";

const { ignore, url: broker } = requireServer("kafka");
const text = new TextEncoder();

Deno.test({
  name:
    "cim spool replay sends keyed and plain records to a topic, and names records that Kafka refuses",
  ignore,
  async fn() {
    const topic = newTopic();
    await createTopic(broker, topic, { configs: { "max.message.bytes": "1000" } });
    using folder = tempDir();
    {
      await using spool = await Spool.open({ folder: folder.path });
      const keyed = keyedBlock([{ key: text.encode("pod"), value: text.encode("event") }]);
      await spool.queue("events").append(keyed.data, keyed.records);
      const values = valueBlock([
        text.encode("one"),
        crypto.getRandomValues(new Uint8Array(5_000)),
        text.encode("two"),
      ]);
      await spool.queue("logs_kafka").append(values.data, values.records);
    }
    const replay = async (queue: string) => {
      const io = recordingIo();
      const place = ["--folder", folder.path, "--set", `kafka.brokers=${broker}`];
      const code = await runCli(["spool", "replay", queue, "--to", `kafka:${topic}`, ...place], io);
      return { code, out: io.outLines, err: io.errLines };
    };
    const events = await replay("events");
    assert.deepEqual([events.code, events.out], [0, [
      `sent 1 records of events to the Kafka topic ${topic}`,
    ]]);
    const logs = await replay("logs_kafka");
    assert.equal(logs.code, 1);
    assert.equal(logs.err.at(-1), "cim: 1 records were refused: record_too_large");
    const read = await readTopic(broker, topic, 3);
    assert.deepEqual(read.map(({ key, value }) => [key, value]), [
      ["pod", "event"],
      [undefined, "one"],
      [undefined, "two"],
    ]);
  },
});
