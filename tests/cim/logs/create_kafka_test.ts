import assert from "node:assert/strict";
import type { KafkaOptions, RefusedRecord } from "../../../cim/logs/mod.ts";
import { systemClock } from "../../../core/mod.ts";
import { fixture, timers, until } from "./_fixture.ts";

/** The values in a block of framed records. */
function valuesIn(data: Uint8Array): string[] {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const values: string[] = [];
  for (let at = 0; at < data.length;) {
    const length = view.getUint32(at);
    values.push(new TextDecoder().decode(data.subarray(at + 4, at + 4 + length)));
    at += 4 + length;
  }
  return values;
}

/** A route to a topic in memory that refuses records with the text "large". */
function setUp({ isRaw = true } = {}) {
  const topic: string[] = [];
  const refused: string[] = [];
  const state = { isDown: false };
  const kafka: KafkaOptions = {
    openSender: (onRejected: (record: RefusedRecord) => void) => ({
      send(blocks) {
        if (state.isDown) return Promise.resolve({ status: "retry", reason: "no_broker" });
        const values = "data" in blocks
          ? valuesIn(blocks.data)
          : blocks.flatMap(({ data }) => valuesIn(data));
        for (const value of values) {
          if (!value.includes("large")) topic.push(value);
          else {
            const record = new TextEncoder().encode(value);
            onRejected({
              reason: "record_too_large",
              record,
              cause: new Error("MESSAGE_TOO_LARGE"),
            });
          }
        }
        return Promise.resolve({ status: "delivered" });
      },
    }),
    onRefused: ({ record }) => refused.push(new TextDecoder().decode(record)),
  };
  const route = fixture({ clock: systemClock, lmaas: { logging_mode: "KAFKA" }, isRaw, kafka });
  const running = timers(route.route);
  return {
    ...route,
    topic,
    refused,
    state,
    book: route.kafka!.book,
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]();
      await route[Symbol.asyncDispose]();
    },
  };
}

Deno.test("mode KAFKA sends each payload or its envelope as one record without a line feed", async () => {
  for (const isRaw of [true, false]) {
    await using at = setUp({ isRaw });
    at.send("amf", "c1", "hello");
    at.route.endOfChunk();
    await until("the record arrives", () => at.topic.length === 1);
    assert.equal(isRaw ? at.topic[0] : JSON.parse(at.topic[0]).log, "hello");
    assert(!at.topic[0].endsWith("\n"));
    assert.deepEqual(at.names(), [], "no file was written");
  }
});

Deno.test("D-62 mode KAFKA delivers the neighbours of a record that is too large, and keeps that one", async () => {
  await using at = setUp();
  for (const payload of ["1", "large 2", "3"]) at.send("amf", "c1", payload);
  at.route.endOfChunk();
  await until("the block is settled", () => at.book.delivered === 2);
  assert.deepEqual([at.topic, at.refused], [["1", "3"], ["large 2"]]);
  assert.deepEqual([at.book.rejected.get("record_too_large"), at.book.unaccounted], [1, 0]);
});

Deno.test("D-63 mode KAFKA keeps lines while no broker answers and sends them in order", async () => {
  await using at = setUp();
  at.state.isDown = true;
  at.send("amf", "c1", "1");
  at.route.endOfChunk();
  await until("it is reported", () => at.route.telemetry.outages === 1);
  at.send("amf", "c1", "2");
  at.route.endOfChunk();
  at.state.isDown = false;
  await until("both arrive", () => at.book.delivered === 2);
  assert.deepEqual(at.topic, ["1", "2"]);
});
