import assert from "node:assert/strict";
import { BlockPool, LineBuffer } from "../../../../cim/logs/lines/mod.ts";
import { frameFormat, lineFormat, type RecordFormat } from "../../../../cim/logs/spooled/mod.ts";
import { LogEnvelope, LogMessageView } from "../../../../cim/wire/mod.ts";
import { buildLogMessage } from "../../../_support/wire_messages.ts";

const envelope = new LogEnvelope({ namespace: "ns1", podName: "amf-0" });
const hello =
  '{"container_name":"amf","log":"hello","kubernetes":{"namespace_name":"ns1","pod_name":"amf-0"}}';

/** The block with these payloads of container amf. */
function written(format: RecordFormat, ...payloads: string[]): Uint8Array {
  return writtenBy("amf", format, ...payloads);
}

/** The block with these payloads of a container. */
function writtenBy(
  containerName: string,
  format: RecordFormat,
  ...payloads: string[]
): Uint8Array {
  const buffer = new LineBuffer(new BlockPool(), { bytes: 0, lines: 0 });
  const view = new LogMessageView();
  for (const payload of payloads) {
    const bytes = buildLogMessage({ containerId: "c1", containerName, payload });
    assert.equal(view.read(bytes, 0, bytes.length), undefined);
    format.write(view, buffer);
  }
  const block = buffer.take()!;
  assert.equal(block.lines, payloads.length);
  return block.bytes.slice(0, block.used);
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

Deno.test("D-58 lineFormat() ends each record with a line feed, in the envelope and without", () => {
  assert.equal(textOf(written(lineFormat(envelope), "hello", "hello")), `${hello}\n${hello}\n`);
  assert.equal(textOf(written(lineFormat(undefined), "hello", "two\n")), "hello\ntwo\n");
});

Deno.test("D-55 a waiting record has its container's name, whatever characters that consists of", () => {
  for (const name of ["a-b_c", "amf-0_ns1_x-1", "x.log"]) {
    const block = writtenBy(name, lineFormat(envelope), "hello");
    assert.equal(JSON.parse(textOf(block)).container_name, name);
  }
});

Deno.test("D-56 a waiting record of several lines stays one record", () => {
  const payload = "first\nsecond\r\n\tthird";
  const [line, ...rest] = textOf(written(lineFormat(envelope), payload)).split("\n");
  assert.equal(JSON.parse(line).log, payload);
  assert.deepEqual(rest, [""]);
  const framed = written(frameFormat(undefined), payload);
  assert.equal(new DataView(framed.buffer).getUint32(0), payload.length);
});

Deno.test("frameFormat() writes the length before each record and adds nothing to it", () => {
  const raw = written(frameFormat(undefined), "hello", "", "a\n");
  assert.equal(textOf(raw), "\0\0\0\x05hello\0\0\0\0\0\0\0\x02a\n");
  const enveloped = written(frameFormat(envelope), "hello");
  assert.equal(new DataView(enveloped.buffer).getUint32(0), hello.length);
  assert.equal(textOf(enveloped.subarray(4)), hello);
});
