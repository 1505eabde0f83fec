/**
 * Reading a LogMessage where it lies in a chunk, and turning an Event into its JSON document. Beside them: the
 * published FlatBuffers library, which checks nothing, doing the same reading.
 *
 * @module
 */
import process from "node:process";
import * as flatbuffers from "npm:flatbuffers@25.9.23";
import { EventDocument, EventView, LogMessageView } from "../../cim/wire/mod.ts";
import { buildEvent, buildLogMessage } from "../_support/wire_messages.ts";
import type { BenchReporter } from "./_reporter.ts";

const runs = 7;
const chunkMessages = 600;

/** Measures CPU time, so that what else runs on the machine counts less. */
export function run(report: BenchReporter): void {
  const { chunk, starts } = logChunk();
  const view = new LogMessageView();
  let taken = 0;
  const verified = measure(2_000 * chunkMessages, () => {
    for (let round = 0; round < 2_000; round++) {
      for (let i = 0; i < chunkMessages; i++) {
        if (view.read(chunk, starts[i], starts[i + 1]) === undefined) {
          taken += view.payloadEnd - view.payloadStart;
        }
      }
    }
  });
  const library = measure(200 * chunkMessages, () => {
    for (let round = 0; round < 200; round++) {
      for (let i = 0; i < chunkMessages; i++) {
        taken += libraryPayloadLength(chunk.subarray(starts[i], starts[i + 1]));
      }
    }
  });
  const ns = { metric: "ns_per_message", unit: "ns" };
  const reference = report.record({ ...ns, case: "LogMessage, library, unchecked" }, library);
  report.record({ ...ns, case: "LogMessage, verified and read" }, verified, {
    name: "aim",
    value: 80,
  });
  report.record({ ...ns, case: "LogMessage, verified and read, to the library" }, verified, {
    name: "library",
    value: reference,
  });
  const us = { case: "Event to JSON", metric: "us_per_event", unit: "us" };
  const events = measureEvents((bytes) => taken += bytes).map((value) => value / 1_000);
  report.record(us, events, { name: "aim", value: 3 });
  if (taken === 0) throw new Error("nothing was read");
}

/** Nanoseconds for each of `count` units of work, for each run; the first run warms up and is left out. */
function measure(count: number, work: () => void): number[] {
  const values: number[] = [];
  for (let round = 0; round <= runs; round++) {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    if (round > 0) values.push((user + system) * 1_000 / count);
  }
  return values;
}

function logChunk(): { chunk: Uint8Array; starts: number[] } {
  const messages = Array.from({ length: chunkMessages }, (_, i) =>
    buildLogMessage({
      containerId: "c1",
      containerName: `amf${i % 3}`,
      payload: "x".repeat(140),
    }));
  const starts = [0];
  for (const { length } of messages) starts.push(starts[starts.length - 1] + length);
  const chunk = new Uint8Array(starts[chunkMessages]);
  messages.forEach((message, i) => chunk.set(message, starts[i]));
  return { chunk, starts };
}

function measureEvents(taken: (bytes: number) => void): number[] {
  const event = buildEvent({
    eventName: "NFMgmtIntfReady",
    eventTime: 1_600_000_000_000n,
    containerId: "0123456789abcdef",
    managedObject: [["namespace", "ns1"], ["pod", "amf-0"]],
    additionalInfo: [["host", "h:1"], ["reason", "collector down for maintenance"]],
    stateChangeDefinition: [["changeType", "NFMgmtIntfReady"]],
    sourceId: "uid1",
    sourceName: "ME=me-1",
  });
  const headers = new TextEncoder().encode(
    '{"pod_uuid":"0b5f0c9e-7d1a-4c6e-9a51-2f1f6f0f3c11","podId":"amf-0","microservice":"amf","nf":"nf1"}',
  );
  const view = new EventView();
  const document = new EventDocument();
  return measure(100_000, () => {
    for (let i = 0; i < 100_000; i++) {
      if (view.read(event, 0, event.length) === undefined) {
        taken(document.write(view, headers).length);
      }
    }
  });
}

/** Length of the payload, by the library's accessors for id, name and payload. */
function libraryPayloadLength(bytes: Uint8Array): number {
  const buffer = new flatbuffers.ByteBuffer(bytes);
  const root = buffer.readInt32(0);
  let length = 0;
  for (const slot of [4, 6, 8]) {
    const field = buffer.__offset(root, slot);
    const text = buffer.__string(root + field, flatbuffers.Encoding.UTF8_BYTES);
    length = text.length;
  }
  return length;
}
