import assert from "node:assert/strict";
import { buildEvent } from "../../_support/wire_messages.ts";
import { documentOf, EVENTS, hex, SOURCE_HEADERS } from "./_vectors.ts";

for (
  const [name, before, after] of [
    [
      "V5",
      '{"eventName":"CollectorDown","eventTime":1600000000000,"managedObject":[{"name":"collector","value":"h:1"}],"additionalInfo":[{"name":"host","value":"h:1"}]',
      ',"containerId":"c1"}',
    ],
    [
      "V6",
      '{"eventName":"Full","eventTime":1600000000000,"eventSourceType":"POD","managedObject":[{"name":"a","value":"1"},{"name":"b","value":"2"}],"additionalInfo":[{"name":"c","value":"3"}],"thresholdInfo":[{"name":"d","value":"4"}],"stateChangeDefinition":[{"name":"e","value":"5"}],"monitoredAttributes":[{"name":"f","value":"6"}]',
      ',"containerId":"c1","sourceName":"sname","sourceId":"sid"}',
    ],
    [
      "V7",
      '{"eventName":"NotConfigured","eventTime":1600000000000,"managedObject":null',
      ',"containerId":""}',
    ],
    [
      "V8",
      '{"eventName":"CmaasAuditFailure","eventTime":1600000000000,"managedObject":[{"name":"namespace","value":"ns1"},{"name":"pod","value":"amf-0"}]',
      ',"containerId":"c1"}',
    ],
    [
      "V9",
      '{"eventName":"NFMgmtIntfReady","eventTime":1600000000000,"managedObject":null,"additionalInfo":[{"name":"nfName","value":"nf1"}],"stateChangeDefinition":[{"name":"changeType","value":"NFMgmtIntfReady"}]',
      ',"containerId":"c1","sourceName":"ME=me-1","sourceId":"uid1"}',
    ],
  ] as const
) {
  Deno.test(`EventDocument.write() gives the exact document of ${name}`, () => {
    const expected = `${before},"sourceHeaders":${SOURCE_HEADERS}${after}`;
    assert.equal(documentOf(hex(EVENTS[name])), expected);
  });
}

for (
  const time of [
    0n,
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
