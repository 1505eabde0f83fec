import assert from "node:assert/strict";
import { LogEnvelope, LogMessageView } from "../../../cim/wire/mod.ts";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { envelopeOf, hex, LOGS } from "./_vectors.ts";

Deno.test("LogEnvelope.write() gives the envelope of V1 and V3", () => {
  const expected =
    '{"container_name":"amf","log":"hello","kubernetes":{"namespace_name":"ns1","pod_name":"amf-0"}}';
  assert.deepEqual([envelopeOf(hex(LOGS.V1)), envelopeOf(hex(LOGS.V3))], [expected, expected]);
});

Deno.test("LogEnvelope.write() gives the envelope of V2 byte for byte as Go writes it", () => {
  assert.equal(
    envelopeOf(hex(LOGS.V2)),
    '{"container_name":"amf","log":"a\\u003cb\\u003e\\u0026\\"q\\"\\\\\\t\\u2028é\\n","kubernetes":{"namespace_name":"ns1","pod_name":"amf-0"}}',
  );
});

Deno.test("LogEnvelope.write() replaces each byte of invalid UTF-8 by U+FFFD", () => {
  const payload = Uint8Array.of(0x61, 0xff, 0xe2, 0x82, 0x62, 0xed, 0xa0, 0x80, 0xc0, 0xaf);
  const bytes = buildLogMessage({ containerId: "", containerName: "n", payload });
  assert.equal(
    JSON.parse(envelopeOf(bytes)).log,
    "a" + "\ufffd".repeat(3) + "b" + "\ufffd".repeat(5),
  );
});

Deno.test("LogEnvelope.write() escapes namespace and pod name too", () => {
  const envelope = new LogEnvelope({ namespace: 'n"s', podName: "p\\d" });
  const bytes = hex(LOGS.V1);
  const view = new LogMessageView();
  assert.equal(view.read(bytes, 0, bytes.length), undefined);
  const target = new Uint8Array(envelope.maxLength(view));
  const end = envelope.write(view, target, 0);
  const document = JSON.parse(new TextDecoder().decode(target.subarray(0, end)));
  assert.deepEqual(document.kubernetes, { namespace_name: 'n"s', pod_name: "p\\d" });
});
