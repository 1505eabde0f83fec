import assert from "node:assert/strict";
import { recordsOf } from "../../cim/cli/spool/records.ts";
import { readSpool } from "../../core/mod.ts";
import { connectNats } from "../../plugins/nats/mod.ts";
import { randomFrom } from "../_support/random.ts";
import { tempDir } from "../_support/temp_dir.ts";
import { until } from "../_support/until.ts";
import { buildEvent, buildLogMessage } from "../_support/wire_messages.ts";
import { product } from "../cim/_product.ts";
import { assertBalanced, Oracle, readBook } from "./_oracle.ts";

const rounds = 2_000;
const random = randomFrom(19);
const upTo = (limit: number) => Math.floor(random() * limit);

/** Little-endian words of 32 bits. */
function words(...values: number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(values).buffer);
}

/** Payloads that were made to lead a careless reader astray. */
const crafted = [
  new Uint8Array(0),
  // The root is itself, and the table's own table of fields is the table.
  words(0, 0, 0, 0),
  words(4, 0, 0, 0),
  // The table of fields begins before the payload, and behind it.
  words(4, 0x7fffffff, 0, 0),
  words(4, 0x80000000, 0, 0),
  // A root far outside.
  words(0xffffffff, 1, 2, 3),
  // A vector that says that it has four thousand million elements, and one whose elements are the vector.
  withVector(0xffffffff, 4),
  withVector(1, 0),
  withVector(3, 0xfffffffc),
];

/** An event whose field 3 is a vector of that many tables, each `offset` bytes away from its place. */
function withVector(count: number, offset: number): Uint8Array {
  const bytes = buildEvent({ eventName: "Crafted", eventTime: 1n, managedObject: [["a", "b"]] });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const table = view.getUint32(0, true);
  const fields = table - view.getInt32(table, true);
  const field = table + view.getUint16(fields + 4 + 2 * 3, true);
  const vector = field + view.getUint32(field, true);
  view.setUint32(vector, count, true);
  view.setUint32(vector + 4, offset, true);
  return bytes;
}

/** Random bytes, or a valid payload with some bytes changed and perhaps a part missing. */
function hostile(valid: Uint8Array): Uint8Array {
  if (random() < 0.3) return Uint8Array.from({ length: upTo(300) }, () => upTo(256));
  const bytes = valid.slice(0, random() < 0.5 ? valid.length : upTo(valid.length));
  for (let edits = upTo(5); edits >= 0 && bytes.length > 0; edits--) {
    const [at, value] = [upTo(Math.min(bytes.length, 80)), [0, 4, 0x7f, 0x80, 0xff, upTo(256)]];
    bytes[at] = value[upTo(value.length)];
  }
  return bytes;
}

Deno.test("C2-19: malformed payloads are counted and dropped, and the messages between them arrive in order", async () => {
  using temp = tempDir();
  const logs = new Oracle(["amf"]);
  const events = new Oracle(["E"]);
  const validLog = buildLogMessage({ containerId: "x", containerName: "x", payload: "hostile" });
  const validEvent = buildEvent({
    eventName: "Hostile",
    eventTime: 1n,
    containerId: "x",
    managedObject: [["a", "b"]],
    thresholdInfo: [["c", "d"]],
  });
  {
    await using cim = await product({ folder: temp.path, env: { CIM_APP_PORT: "1" } });
    const metrics = async () => await (await fetch(`${cim.url}/metrics`)).text();
    await using nats = await connectNats(`nats://127.0.0.1:${cim.nats.port}`);
    let sent = 0;
    for (let round = 0; round < rounds; round++) {
      const damage = crafted[round] ?? hostile(random() < 0.5 ? validLog : validEvent);
      for (const subject of ["LOG", "EVENT"]) nats.publish(subject, damage);
      const { text } = logs.next();
      const line = { containerId: "c1", containerName: "amf", payload: text };
      nats.publish("LOG", buildLogMessage(line));
      const { source, number, text: value } = events.next();
      nats.publish(
        "EVENT",
        buildEvent({
          eventName: source,
          eventTime: BigInt(number),
          managedObject: [["text", value]],
        }),
      );
      sent += 2;
      if (round % 100 === 99) await nats.flush();
    }
    await until("every message has an outcome", async () => {
      const text = await metrics();
      const [file, event] = ["logs_file", "events"].map((route) => readBook(text, route));
      return file.accepted === sent && event.accepted === sent && event.inFlight === 0;
    });
    const text = await metrics();
    for (const route of ["logs_file", "events"]) {
      const book = readBook(text, route);
      assertBalanced(book);
      assert(book.dropped >= crafted.length && book.dropped <= rounds, JSON.stringify(book));
    }
    assert.equal(cim.agent.state, "running");
    assert.equal((await fetch(`${cim.url}/readiness`)).status, 200);
  }
  const written = await Deno.readTextFile(temp.join("logs", "amf-0_ns1_amf-c1.log"));
  const lines = written.split("\n").slice(0, -1);
  assert.equal(logs.judge(lines.map((text) => ({ source: "amf", text }))).arrived, rounds);

  const found = [];
  for await (const block of readSpool(temp.join("data", "spool"), "events")) {
    for (const { value } of recordsOf(block)) {
      const { eventName, managedObject } = JSON.parse(new TextDecoder().decode(value));
      if (eventName === "E") found.push({ source: "E", text: managedObject[0].value });
    }
  }
  assert.equal(events.judge(found).arrived, rounds);
});
