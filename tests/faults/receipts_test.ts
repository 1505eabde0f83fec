/** An acknowledged line or event survives whatever happens next. */
import assert from "node:assert/strict";
import { connectNats, type NatsClient } from "../../plugins/nats/mod.ts";
import { NatsServer } from "../../plugins/nats_server/mod.ts";
import { readSpool } from "../../core/spool/mod.ts";
import { buildEvent, buildLogMessage } from "../_support/wire_messages.ts";
import { canMount, smallDisk } from "../_support/small_disk.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { startAgent } from "../e2e/_agent.ts";
import { LogFlow } from "./_log_flow.ts";

/** An answer and the number of the message that it belongs to. */
interface Answer {
  readonly number: number;
  readonly text: string;
}

/** A publisher that numbers its messages and collects the answers. */
class Publisher implements AsyncDisposable {
  readonly answers: Answer[] = [];
  readonly #nats: NatsClient;
  #sent = 0;

  private constructor(nats: NatsClient) {
    this.#nats = nats;
    nats.subscribe("receipts.*", ({ subject, data }) => {
      this.answers.push({
        number: Number(subject.slice("receipts.".length)),
        text: new TextDecoder().decode(data),
      });
    });
  }

  static async connect(url: string): Promise<Publisher> {
    return new Publisher(await connectNats(url));
  }

  /** Publishes that many messages and asks for a receipt of each. */
  async publish(count: number, subject: "LOG" | "EVENT"): Promise<void> {
    for (let sent = 0; sent < count; sent++) {
      const number = this.#sent++;
      const payload = subject === "EVENT"
        ? buildEvent({ eventName: `e${number}.`, eventTime: 0n })
        : buildLogMessage({ containerId: "c1", containerName: "amf", payload: `${number}.` });
      this.#nats.publish(subject, payload, { reply: `receipts.${number}` });
    }
    await this.#nats.flush();
  }

  /** Publishes until `atLeast` answers have come. */
  async publishUntil(atLeast: number, subject: "LOG" | "EVENT"): Promise<void> {
    await until("answers", async () => {
      await this.publish(100, subject);
      return this.answers.length >= atLeast;
    }, { everyMs: 1 });
  }

  /** Asserts that all answers are confirmations in the order of the messages; returns their numbers. */
  acked(): number[] {
    let last = { number: -1, position: 0 };
    for (const { number, text } of this.answers) {
      assert.match(text, /^\+ACK \d+$/);
      const position = Number(text.slice("+ACK ".length));
      assert(number > last.number && position > last.position, `${number} after ${last.number}`);
      last = { number, position };
    }
    return this.answers.map(({ number }) => number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#nats[Symbol.asyncDispose]();
  }
}

Deno.test("kill -9 loses no line for TCP that was acknowledged, and the acknowledgements are in order", async () => {
  await using flow = await LogFlow.start({}, { withCollector: false });
  const publisher = await Publisher.connect(flow.agent.natsUrl);
  await publisher.publishUntil(500, "LOG");
  flow.agent.kill("SIGKILL");
  await flow.agent.ended;
  await publisher[Symbol.asyncDispose]();
  const acked = publisher.acked();
  await flow.startAgent();
  await flow.collector.start();
  const arrived = await until("all acknowledged lines arrive", () => {
    const numbers = new Set(flow.lines.map((line) => parseInt(JSON.parse(line).log)));
    return acked.every((number) => numbers.has(number)) && numbers;
  }, { everyMs: 50 });
  assert(arrived.size >= 500);
});

Deno.test("kill -9 loses no line in a file that was acknowledged", async () => {
  await using agent = await startAgent();
  const publisher = await Publisher.connect(agent.natsUrl);
  await publisher.publishUntil(500, "LOG");
  agent.kill("SIGKILL");
  await agent.ended;
  await publisher[Symbol.asyncDispose]();
  const acked = publisher.acked();
  const text = await Deno.readTextFile(`${agent.folder}/logs/amf-0_ns1_amf-c1.log`);
  const lines = text.split("\n");
  assert.deepEqual(acked.filter((number) => lines[number] !== `${number}.`), []);
});

Deno.test("kill -9 loses no event that was acknowledged, and the acknowledgements are in order", async () => {
  using folder = tempDir();
  await using agent = await startAgent({ folder: folder.path });
  const publisher = await Publisher.connect(agent.natsUrl);
  await publisher.publishUntil(500, "EVENT");
  agent.kill("SIGKILL");
  await agent.ended;
  await publisher[Symbol.asyncDispose]();
  const acked = publisher.acked();
  let text = "";
  for await (const { data } of readSpool(`${folder.path}/data/spool`, "events")) {
    text += new TextDecoder().decode(data);
  }
  assert.deepEqual(acked.filter((number) => !text.includes(`"e${number}."`)), []);
});

Deno.test("an agent that stops answers the lines and events that it has taken", async () => {
  using folder = tempDir();
  await using agent = await startAgent({ folder: folder.path });
  await using publisher = await Publisher.connect(agent.natsUrl);
  await publisher.publish(1, "LOG");
  await until("the first answer", () => publisher.answers.length === 1);
  await publisher.publish(300, "LOG");
  await publisher.publish(300, "EVENT");
  const { code, err } = await agent.stop();
  assert.equal(code, 0, err);
  await until("the answers", () => publisher.answers.length === 601);
  assert.deepEqual([...new Set(publisher.answers.map(({ text }) => text.slice(0, 4)))], ["+ACK"]);
});

Deno.test("receipts come over an outside NATS server too", async () => {
  await using server = new NatsServer({ port: 0 });
  await server.listen();
  const url = `nats://127.0.0.1:${server.port}`;
  await using _agent = await startAgent({ config: { nats: { url } } });
  await using publisher = await Publisher.connect(url);
  await until("the agent is subscribed", () => {
    return server.hasSubscribers("LOG") && server.hasSubscribers("EVENT");
  });
  await publisher.publish(3, "LOG");
  await publisher.publish(2, "EVENT");
  await until("the answers", () => publisher.answers.length === 5);
  assert.deepEqual(publisher.answers.map(({ text }) => text).sort(), [
    "+ACK 1",
    "+ACK 1",
    "+ACK 2",
    "+ACK 2",
    "+ACK 3",
  ]);
});

Deno.test({
  name:
    "a full disk of the spool acknowledges nothing that is only in memory, and all of it when there is space (needs root)",
  ignore: !await canMount(),
  async fn() {
    await using disk = await smallDisk("size=2m");
    assert(disk);
    await using flow = await LogFlow.start({ paths: { data: `${disk.folder}/data` } }, {
      withCollector: false,
    });
    const publisher = await Publisher.connect(flow.agent.natsUrl);
    await publisher.publish(10, "LOG");
    await until("the answers", () => publisher.answers.length === 10);
    await disk.fill();
    // More than the rest of the last page of the file holds.
    await publisher.publish(1_000, "LOG");
    await until("the full disk is reported", async () => {
      return (await flow.agent.get("/api/v1/status")).text.includes("No space left");
    });
    await until("the lines are in the spool", async () => (await flow.book()).spooled === 1_010);
    const acked = publisher.answers.length;
    assert(acked < 1_010, `${acked} lines were acknowledged on a full disk`);
    await disk.free();
    await until("the answers", () => publisher.answers.length === 1_010);
    publisher.acked();
    await publisher[Symbol.asyncDispose]();
    await flow.agent.stop();
  },
});
