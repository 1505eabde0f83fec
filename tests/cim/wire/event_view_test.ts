import assert from "node:assert/strict";
import { EventView, wireFaults } from "../../../cim/wire/mod.ts";
import { buildEvent } from "../../_support/wire_messages.ts";
import { embedded, EVENTS, hex, NEGATIVES } from "./_vectors.ts";

Deno.test("D-1 EventView.read() names why N1 to N6 are no Events", () => {
  const faults = Object.values(NEGATIVES).map((payload) => {
    const { buffer, start, end } = embedded(payload);
    return new EventView().read(buffer, start, end);
  });
  assert.deepEqual(faults, [
    "too_short",
    "too_short",
    "bad_root",
    "bad_root",
    "too_short",
    "bad_text",
  ]);
});

Deno.test("EventView.hasText() compares all bytes of a text", () => {
  const payload = hex(EVENTS.V9);
  const view = new EventView();
  assert.equal(view.read(payload, 0, payload.length), undefined);
  const has = (slot: number, text: string) => view.hasText(slot, new TextEncoder().encode(text));
  assert(has(0, "NFMgmtIntfReady"));
  assert(!has(0, "NFMgmtIntfRead") && !has(0, "NFMgmtIntfReadx") && !has(0, ""));
  assert(has(10, "") && !has(10, "x"));
});

Deno.test("EventView gives name, time and texts of V9", () => {
  const payload = hex(EVENTS.V9);
  const view = new EventView();
  assert.equal(view.read(payload, 0, payload.length), undefined);
  assert.deepEqual(
    [view.eventName(), view.eventTime(), view.text(8), view.text(9), view.text(10)],
    ["NFMgmtIntfReady", 1_600_000_000_000, "uid1", "ME=me-1", ""],
  );
});

Deno.test("EventView.read() answers too_large for more pairs than allowed", () => {
  const pairs = Array.from({ length: 5 }, (_, i) => [`k${i}`, "v"] as const);
  const payload = buildEvent({ eventName: "e", eventTime: 1n, managedObject: pairs });
  assert.equal(new EventView({ maxPairs: 5 }).read(payload, 0, payload.length), undefined);
  assert.equal(new EventView({ maxPairs: 4 }).read(payload, 0, payload.length), "too_large");
});

Deno.test("EventView.read() counts a shared string each time it is named", () => {
  const payload = sharedPairs(64, 1000);
  const limit = 64 * 1000 + 1;
  assert.equal(
    new EventView({ maxTextBytes: limit }).read(payload, 0, payload.length),
    undefined,
  );
  assert.equal(
    new EventView({ maxTextBytes: limit - 1 }).read(payload, 0, payload.length),
    "too_large",
  );
});

Deno.test("EventView.read() answers bad_vector for a count that the payload cannot hold", () => {
  const payload = hex(EVENTS.V5);
  const count = payload.toHex().lastIndexOf("010000000c000000") / 2;
  payload.set(hex("ffffff7f"), count);
  assert.equal(new EventView().read(payload, 0, payload.length), "bad_vector");
  payload.set(hex("ffffffff"), count);
  assert.equal(new EventView().read(payload, 0, payload.length), "bad_vector");
});

Deno.test("EventView.read() refuses every proper prefix of V6", () => {
  const whole = hex(EVENTS.V6);
  for (let length = 0; length < whole.length - 3; length++) {
    const { buffer, start, end } = embedded(whole.subarray(0, length));
    const fault = new EventView().read(buffer, start, end);
    assert.ok(fault !== undefined && wireFaults.includes(fault), `length ${length}`);
  }
});

Deno.test("buildEvent() gives the bytes of V5, which writes texts first", () => {
  const event = {
    eventName: "CollectorDown",
    eventTime: 1_600_000_000_000n,
    containerId: "c1",
    managedObject: [["collector", "h:1"]],
    additionalInfo: [["host", "h:1"]],
  } as const;
  assert.equal(buildEvent(event, { first: "texts" }).toHex(), EVENTS.V5);
});

Deno.test("buildEvent() gives the bytes of V6 to V9, which write pairs first", () => {
  const eventTime = 1_600_000_000_000n;
  const built = [
    buildEvent({
      eventName: "Full",
      eventTime,
      containerId: "c1",
      managedObject: [["a", "1"], ["b", "2"]],
      additionalInfo: [["c", "3"]],
      thresholdInfo: [["d", "4"]],
      stateChangeDefinition: [["e", "5"]],
      monitoredAttributes: [["f", "6"]],
      sourceId: "sid",
      sourceName: "sname",
      eventSourceType: "POD",
    }),
    buildEvent({ eventName: "NotConfigured", eventTime }),
    buildEvent({
      eventName: "CmaasAuditFailure",
      eventTime,
      containerId: "c1",
      managedObject: [["namespace", "ns1"], ["pod", "amf-0"]],
    }),
    buildEvent({
      eventName: "NFMgmtIntfReady",
      eventTime,
      containerId: "c1",
      additionalInfo: [["nfName", "nf1"]],
      stateChangeDefinition: [["changeType", "NFMgmtIntfReady"]],
      sourceId: "uid1",
      sourceName: "ME=me-1",
    }),
  ];
  assert.deepEqual(built.map((bytes) => bytes.toHex()), [
    EVENTS.V6,
    EVENTS.V7,
    EVENTS.V8,
    EVENTS.V9,
  ]);
});

Deno.test("EventView refuses limits out of range", () => {
  assert.throws(() => new EventView({ maxPairs: 0 }), RangeError);
  assert.throws(() => new EventView({ maxTextBytes: 0.5 }), RangeError);
});

/** An Event whose `count` pairs all name one value of `length` bytes; its name is `e`. */
function sharedPairs(count: number, length: number): Uint8Array {
  // root | vtable | table | name | vector | pair's vtable | pair | value
  const bytes = new Uint8Array(64 + 4 * count + 32 + length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 16, true);
  [12, 12, 4, 0, 0, 8].forEach((value, i) => view.setUint16(4 + 2 * i, value, true));
  view.setInt32(16, 12, true);
  view.setUint32(20, 8, true); // name at 28
  view.setUint32(24, 12, true); // vector at 36
  view.setUint32(28, 1, true);
  bytes[32] = 0x65;
  view.setUint32(36, count, true);
  const vtable = 40 + 4 * count;
  const pair = vtable + 8;
  for (let i = 0; i < count; i++) view.setUint32(40 + 4 * i, pair - 40 - 4 * i, true);
  [8, 8, 0, 4].forEach((value, i) => view.setUint16(vtable + 2 * i, value, true));
  view.setInt32(pair, 8, true);
  view.setUint32(pair + 4, 4, true);
  view.setUint32(pair + 8, length, true);
  return bytes;
}
