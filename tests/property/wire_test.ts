/**
 * Reader and encoders against the published FlatBuffers library, which builds and reads the same
 * payloads independently, and against 100,000 damaged and random ones.
 */
import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import * as flatbuffers from "npm:flatbuffers@25.9.23";
import {
  EventDocument,
  EventView,
  LogEnvelope,
  LogMessageView,
  wireFaults,
} from "../../cim/wire/mod.ts";
import { buildEvent, buildLogMessage, type EventParts } from "../_support/wire_messages.ts";

const RUNS = 25_000;
const seeds = { numRuns: RUNS };

const text = fc.string({ unit: "binary", maxLength: 40 });
const bytes = fc.uint8Array({ maxLength: 80 });
const pairs = fc.option(fc.array(fc.tuple(text, text), { maxLength: 4 }), { nil: undefined });
const maybeText = fc.option(text, { nil: undefined });

const event: fc.Arbitrary<EventParts> = fc.record({
  eventName: text,
  eventTime: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  containerId: maybeText,
  managedObject: pairs,
  additionalInfo: pairs,
  thresholdInfo: pairs,
  stateChangeDefinition: pairs,
  monitoredAttributes: pairs,
  sourceId: maybeText,
  sourceName: maybeText,
  eventSourceType: maybeText,
});

const logPayload = fc.tuple(text, text, bytes, fc.constantFrom("go" as const, "java" as const))
  .map(([containerId, containerName, payload, order]) =>
    buildLogMessage({ containerId, containerName, payload }, { order })
  );

const eventPayload = fc.tuple(event, fc.constantFrom("pairs" as const, "texts" as const))
  .map(([parts, first]) => buildEvent(parts, { first }));

/** A payload with bytes overwritten, mostly near the front, where the offsets are, and a cut end. */
function damaged(payload: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const value = fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 4, 0x7f, 0x80, 0xff));
  const edits = fc.array(fc.tuple(fc.nat(400), value), { minLength: 1, maxLength: 6 });
  return fc.tuple(payload, edits, fc.nat(8)).map(([whole, edits, cut]) => {
    const copy = whole.slice(0, Math.max(0, whole.length - (cut < 4 ? 0 : cut)));
    for (const [at, byte] of edits) if (copy.length > 0) copy[at % copy.length] = byte;
    return copy;
  });
}

/** `payload` between other bytes, so that reading past either end would be seen as a difference. */
function surrounded(payload: Uint8Array, filler: number): Uint8Array {
  const buffer = new Uint8Array(payload.length + 64).fill(filler);
  buffer.set(payload, 32);
  return buffer;
}

Deno.test("LogMessageView.read() finds in every valid payload what the FlatBuffers library finds", () => {
  const view = new LogMessageView();
  fc.assert(fc.property(logPayload, (payload) => {
    const buffer = surrounded(payload, 0xff);
    assert.equal(view.read(buffer, 32, 32 + payload.length), undefined);
    const table = libraryTable(payload);
    assert.deepEqual([
      buffer.slice(view.idStart, view.idEnd),
      buffer.slice(view.nameStart, view.nameEnd),
      buffer.slice(view.payloadStart, view.payloadEnd),
    ], [0, 1, 2].map((slot) => table.bytes(slot)));
  }));
});

Deno.test("EventDocument.write() gives for every valid event the document built by other means", () => {
  const view = new EventView();
  const document = new EventDocument();
  const headers = new TextEncoder().encode('{"podId":"p"}');
  fc.assert(fc.property(event, (parts) => {
    const payload = buildEvent(parts);
    const buffer = surrounded(payload, 0xff);
    assert.equal(view.read(buffer, 32, 32 + payload.length), undefined);
    const json = new TextDecoder().decode(document.write(view, headers));
    assert.equal(json.match(/"eventTime":(-?\d+)/)?.[1], parts.eventTime.toString());
    assert.deepEqual(JSON.parse(json), JSON.parse(expectedDocument(parts)));
    assert.deepEqual(
      Object.keys(JSON.parse(json)),
      Object.keys(JSON.parse(expectedDocument(parts))),
    );
  }));
});

Deno.test("LogEnvelope.writeTo() writes for any bytes what write() writes", () => {
  const envelope = new LogEnvelope({ namespace: "ns1", podName: "amf-0" });
  const view = new LogMessageView();
  const special = fc.constantFrom(
    ..."\"&<>\\\n\t\u2028é😀\u0000\u007f!#%'=?][".split(""),
    "abcdefgh",
  );
  const payloads = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.array(special, { maxLength: 40 }).map((parts) => new TextEncoder().encode(parts.join(""))),
  );
  fc.assert(
    fc.property(payloads, (payload) => {
      const bytes = buildLogMessage({ containerId: "c1", containerName: "amf", payload });
      assert.equal(view.read(bytes, 0, bytes.length), undefined);
      const [one, two] = [1, 2].map(() => new Uint8Array(envelope.maxLength(view)));
      const end = envelope.write(view, one, 0);
      const data = new DataView(two.buffer);
      assert.equal(envelope.writeTo(view, { bytes: two, data }, 0), end);
      assert.deepEqual(two, one);
    }),
    seeds,
  );
});

Deno.test("LogEnvelope.write() gives the JSON of any bytes decoded one invalid byte at a time", () => {
  const view = new LogMessageView();
  const envelope = new LogEnvelope({ namespace: "ns", podName: "pod" });
  const mostlyMultibyte = fc.array(
    fc.oneof(fc.nat(255), fc.constantFrom(0xc2, 0xe0, 0xe2, 0xed, 0xf0, 0xf4, 0x80, 0xa8, 0xbf)),
    { maxLength: 24 },
  ).map((list) => Uint8Array.from(list));
  fc.assert(
    fc.property(fc.oneof(bytes, mostlyMultibyte), (payload) => {
      const message = buildLogMessage({ containerId: "", containerName: "n", payload });
      assert.equal(view.read(message, 0, message.length), undefined);
      const target = new Uint8Array(envelope.maxLength(view));
      const json = target.subarray(0, envelope.write(view, target, 0));
      assert.equal(
        JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(json)).log,
        decodeLikeGo(payload),
      );
    }),
    { numRuns: 5_000 },
  );
});

for (
  const [what, payloads] of [
    ["damaged LogMessages", damaged(logPayload)],
    ["damaged Events", damaged(eventPayload)],
    ["random bytes", fc.uint8Array({ maxLength: 200 })],
    ["random small words", smallWords()],
  ] as const
) {
  Deno.test(`D-1 LOG and EVENT take ${RUNS} payloads of ${what} without throwing or reading outside`, () => {
    const log = new LogMessageView();
    const view = new EventView();
    const document = new EventDocument();
    const envelope = new LogEnvelope({ namespace: "ns", podName: "pod" });
    const headers = new TextEncoder().encode("{}");
    const outcome = (buffer: Uint8Array, length: number): string => {
      const logFault = log.read(buffer, 32, 32 + length);
      let result = `${logFault}`;
      if (logFault === undefined) {
        assertInside(log, 32, 32 + length);
        const target = new Uint8Array(envelope.maxLength(log));
        result += target.subarray(0, envelope.write(log, target, 0)).toHex();
      } else assert.ok(wireFaults.includes(logFault));
      const eventFault = view.read(buffer, 32, 32 + length);
      if (eventFault !== undefined) assert.ok(wireFaults.includes(eventFault));
      return eventFault ?? result + document.write(view, headers).toHex();
    };
    fc.assert(
      fc.property(payloads, (payload) => {
        const { length } = payload;
        // The same payload between other bytes must give the same result: nothing outside was read.
        const zeros = outcome(surrounded(payload, 0), length);
        assert.equal(outcome(surrounded(payload, 0xff), length), zeros);
      }),
      seeds,
    );
  });
}

/** Payloads of little 32-bit numbers, most of which are plausible offsets. */
function smallWords(): fc.Arbitrary<Uint8Array> {
  return fc.array(fc.oneof(fc.nat(32), fc.integer({ min: -64, max: 64 })), { maxLength: 24 })
    .map((words) => new Uint8Array(Int32Array.from(words).buffer));
}

function assertInside(log: LogMessageView, start: number, end: number): void {
  for (
    const [from, to] of [
      [log.idStart, log.idEnd],
      [log.nameStart, log.nameEnd],
      [log.payloadStart, log.payloadEnd],
    ]
  ) {
    assert.ok((from === 0 && to === 0) || (from >= start && from <= to && to <= end));
  }
}

/** Strings of the root table as the library reads them. */
function libraryTable(payload: Uint8Array): { bytes(slot: number): Uint8Array } {
  const buffer = new flatbuffers.ByteBuffer(payload);
  const root = buffer.readInt32(0);
  return {
    bytes(slot) {
      const field = buffer.__offset(root, 4 + 2 * slot);
      if (field === 0) return new Uint8Array(0);
      return Uint8Array.from(
        buffer.__string(root + field, flatbuffers.Encoding.UTF8_BYTES) as Uint8Array,
      );
    },
  };
}

function expectedDocument(parts: EventParts): string {
  const list = (pairs: EventParts["managedObject"]) =>
    pairs === undefined || pairs.length === 0
      ? undefined
      : pairs.map(([name, value]) => ({ name: wellFormed(name), value: wellFormed(value) }));
  const optional = (value: string | undefined) => wellFormed(value ?? "") || undefined;
  return JSON.stringify({
    eventName: wellFormed(parts.eventName),
    eventTime: Number(parts.eventTime),
    eventSourceType: optional(parts.eventSourceType),
    managedObject: list(parts.managedObject) ?? null,
    additionalInfo: list(parts.additionalInfo),
    thresholdInfo: list(parts.thresholdInfo),
    stateChangeDefinition: list(parts.stateChangeDefinition),
    monitoredAttributes: list(parts.monitoredAttributes),
    sourceHeaders: { podId: "p" },
    containerId: wellFormed(parts.containerId ?? ""),
    sourceName: optional(parts.sourceName),
    sourceId: optional(parts.sourceId),
  });
}

/** What a string becomes on its way through UTF-8. */
function wellFormed(value: string): string {
  return value.toWellFormed();
}

/** Go's reading of bytes as text: the longest valid sequence, else one U+FFFD for one byte. */
function decodeLikeGo(payload: Uint8Array): string {
  const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let result = "";
  for (let at = 0; at < payload.length;) {
    const length = [1, 2, 3, 4].find((length) => {
      if (at + length > payload.length) return false;
      try {
        return [...strict.decode(payload.subarray(at, at + length))].length === 1;
      } catch {
        return false;
      }
    });
    const end = at + (length ?? 1);
    result += length === undefined ? "\ufffd" : strict.decode(payload.subarray(at, end));
    at = end;
  }
  return result;
}
