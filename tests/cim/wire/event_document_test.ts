import assert from "node:assert/strict";
import { buildEvent } from "../../_support/wire_messages.ts";
import { documentOf, EVENT_DOCUMENTS, EVENTS, hex } from "./_vectors.ts";

for (const name of ["V5", "V6", "V7", "V8", "V9"] as const) {
  Deno.test(`EventDocument.write() gives the exact document of ${name}`, () => {
    assert.equal(documentOf(hex(EVENTS[name])), EVENT_DOCUMENTS[name]);
  });
}

for (
  const time of [
    0n,
    9n,
    10n,
    99_999_999n,
    100_000_000n,
    100_000_007n,
    1_600_000_000_010n,
    9_000_000_000_000_000n,
    -1n,
    2n ** 53n - 1n,
    2n ** 53n + 1n,
    2n ** 63n - 1n,
    -(2n ** 53n) - 1n,
    -(2n ** 63n),
  ]
) {
  Deno.test(`EventDocument.write() keeps the event time ${time} exact`, () => {
    const document = documentOf(buildEvent({ eventName: "e", eventTime: time }), "{}");
    assert.equal(
      document,
      `{"eventName":"e","eventTime":${time},"managedObject":null,"sourceHeaders":{},"containerId":""}`,
    );
  });
}

Deno.test("EventDocument.write() escapes text as Go does", () => {
  const info: [string, string][] = [["<&>", '"\\\n\r\t\b\u2029\u007f']];
  const event = { eventName: "é😀", eventTime: 1n, additionalInfo: info };
  assert.equal(
    documentOf(buildEvent(event), "{}"),
    '{"eventName":"é😀","eventTime":1,"managedObject":null,"additionalInfo":' +
      '[{"name":"\\u003c\\u0026\\u003e","value":"\\"\\\\\\n\\r\\t\\u0008\\u2029\u007f"}]' +
      ',"sourceHeaders":{},"containerId":""}',
  );
});

Deno.test("EventDocument.write() omits empty vectors and texts", () => {
  const event = {
    eventName: "e",
    eventTime: 1n,
    managedObject: [],
    additionalInfo: [],
    sourceId: "",
    sourceName: "",
    eventSourceType: "",
  };
  assert.equal(
    documentOf(buildEvent(event), "{}"),
    '{"eventName":"e","eventTime":1,"managedObject":null,"sourceHeaders":{},"containerId":""}',
  );
});

Deno.test("EventDocument.write() reads a pair without value as an empty one", () => {
  // V5 with both vtables of the pairs shortened to the key's slot.
  const payload = hex(EVENTS.V5);
  const vtable = payload.toHex().indexOf("08000c0008000400") / 2;
  payload[vtable] = 6;
  const document = JSON.parse(documentOf(payload));
  assert.deepEqual(document.managedObject, [{ name: "collector", value: "" }]);
});

Deno.test("EventDocument.write() writes large and small events through one encoder alike", () => {
  const value = "\u0001".repeat(50_000);
  const event = { eventName: "e", eventTime: 1n, additionalInfo: [["k", value]] } as const;
  assert.equal(JSON.parse(documentOf(buildEvent(event))).additionalInfo[0].value, value);
});

Deno.test("D-69 EventDocument.write() writes thresholdInfo and monitoredAttributes", () => {
  const { thresholdInfo, monitoredAttributes } = JSON.parse(documentOf(hex(EVENTS.V6)));
  assert.deepEqual(thresholdInfo, [{ name: "d", value: "4" }]);
  assert.deepEqual(monitoredAttributes, [{ name: "f", value: "6" }]);
});
