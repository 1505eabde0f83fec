import assert from "node:assert/strict";
import { BatchEncoder, type Cursor } from "../../../plugins/kafka/_record_batch.ts";
import { crc32c } from "../../../plugins/kafka/_crc32c.ts";
import { keyedBlock, valueBlock } from "../../../plugins/kafka/mod.ts";
import { longestFrame } from "../../../plugins/kafka/record_block.ts";
import { decodeBatch } from "./_decode_batch.ts";

const start: Cursor = { at: 0, index: 0 };
const origin = { producerId: 7n, epoch: 3, sequence: 11 };

Deno.test("crc32c() returns the published check values", () => {
  const check = (bytes: Uint8Array) =>
    crc32c(new DataView(bytes.buffer), 0, bytes.length).toString(16);
  assert.equal(check(new TextEncoder().encode("123456789")), "e3069283");
  // RFC 3720, B.4.
  assert.equal(check(new Uint8Array(32)), "8a9136aa");
  assert.equal(check(new Uint8Array(32).fill(0xff)), "62a8ab43");
  assert.equal(check(Uint8Array.from({ length: 32 }, (_, index) => index)), "46dd794e");
});

Deno.test("crc32c() returns for input of any length and place what the definition gives", () => {
  const bytes = Uint8Array.from(
    { length: 5_000 },
    (_, at) => Math.imul(at + 1, 2_654_435_761) >>> 24,
  );
  const data = new DataView(bytes.buffer);
  const defined = (start: number, end: number) => {
    let crc = -1;
    for (let at = start; at < end; at++) {
      crc ^= bytes[at];
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  for (let length = 0; length < 60; length++) {
    for (const [start, end] of [[3, 3 + length], [length, 1_000 + 2 * length], [length, 5_000]]) {
      assert.equal(crc32c(data, start, end), defined(start, end), `[${start}, ${end})`);
    }
  }
});

Deno.test("BatchEncoder encodes values of every length of varint", () => {
  const lengths = [0, 1, 63, 64, 8_191, 8_192, 1_048_575, 1_048_576];
  const values = lengths.map((length) => new Uint8Array(length).fill(0x61));
  const block = valueBlock(values);
  const encoder = new BatchEncoder("value");
  encoder.load([block], 1_024, 4 + 1_048_576);
  const range = encoder.fill(start, { maxBytes: 10_000_000 })!;
  const batch = decodeBatch(encoder.seal(range, origin, 1_600_000_000_000));
  assert.deepEqual(batch.records.map(({ value }) => value?.length), lengths);
  assert.deepEqual(
    [batch.producerId, batch.epoch, batch.sequence, batch.timestampMs],
    [7n, 3, 11, 1_600_000_000_000],
  );
});

Deno.test("BatchEncoder.fill() keeps batches below the limit and takes a larger record alone", () => {
  const sizes = [300, 300, 300, 5_000, 10, 10];
  const block = valueBlock(sizes.map((size) => new Uint8Array(size)));
  const encoder = new BatchEncoder("value");
  encoder.load([block], 1_024, 5_004);
  const counts: number[] = [];
  let at = start;
  while (at.index < sizes.length) {
    const range = encoder.fill(at, { maxBytes: 1_024 })!;
    const batch = encoder.seal(range, origin, 0);
    assert(range.records === 1 || batch.length <= 1_024, `${batch.length} bytes`);
    counts.push(decodeBatch(batch).records.length);
    at = range.to;
  }
  assert.deepEqual(counts, [3, 1, 2]);
  assert.equal(encoder.fill(at, { maxBytes: 1_024 }), undefined);
});

Deno.test("BatchEncoder gives the same records for random blocks, whatever the limits are", () => {
  let seed = 1;
  const random = (below: number) => {
    seed = Math.imul(seed, 48_271) >>> 0;
    return seed % below;
  };
  for (let round = 0; round < 50; round++) {
    const texts = Array.from(
      { length: 1 + random(40) },
      (_, index) => `${index}:`.padEnd(random(300), "x"),
    );
    const records = texts.map((value) => ({
      ...random(3) > 0 && { key: new TextEncoder().encode(`k${random(5)}`) },
      value: new TextEncoder().encode(value),
      headers: Array.from({ length: random(3) }, () => ["h", new Uint8Array(random(9))] as const),
    }));
    const encoder = new BatchEncoder("keyed");
    const maxBytes = 100 + random(2_000);
    const partitions = 1 + random(4);
    const block = keyedBlock(records);
    encoder.load([block], maxBytes, longestFrame(block, "keyed")!);
    const decoded: string[] = [];
    for (const partition of encoder.assign(records.length, partitions, 0)) {
      let at = start;
      let range;
      while ((range = encoder.fill(at, { maxBytes, maxRecords: 1 + random(9), partition }))) {
        const batch = decodeBatch(encoder.seal(range, origin, 0));
        decoded.push(...batch.records.map(({ value }) => value!));
        at = range.to;
      }
    }
    assert.deepEqual(decoded.sort(), texts.sort());
  }
});

Deno.test("BatchEncoder.load() replaces the block of the encoder", () => {
  const encoder = new BatchEncoder("value");
  for (const [text, room] of [["long ".repeat(1_000), 64], ["short", 64]] as const) {
    const block = valueBlock([new TextEncoder().encode(text)]);
    encoder.load([block], room, longestFrame(block, "value")!);
    const range = encoder.fill(start, { maxBytes: room })!;
    assert.equal(decodeBatch(encoder.seal(range, origin, 0)).records[0].value, text);
    encoder.unload();
  }
});

Deno.test("BatchEncoder.fill() joins the records of several blocks and ends where it is told", () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const blocks = [valueBlock([text("a"), text("b")]), valueBlock([]), valueBlock([text("c")])];
  const encoder = new BatchEncoder("value");
  encoder.load(blocks, 1_024, 5);
  const values = (end?: number) => {
    const range = encoder.fill(start, { maxBytes: 1_024, end })!;
    return decodeBatch(encoder.seal(range, origin, 0)).records.map(({ value }) => value);
  };
  assert.deepEqual(values(), ["a", "b", "c"]);
  assert.deepEqual(values(10), ["a", "b"]);
});

Deno.test("BatchEncoder.holds() compares all blocks, wherever they are divided", () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const encoder = new BatchEncoder("value");
  encoder.load([valueBlock([text("a"), text("b")])], 1_024, 5);
  assert(encoder.holds([valueBlock([text("a")]), valueBlock([text("b")])]));
  assert(!encoder.holds([valueBlock([text("a")]), valueBlock([text("c")])]));
  assert(!encoder.holds([valueBlock([text("a")])]));
});
