import assert from "node:assert/strict";
import { encodeEvent, encodeLogMessage } from "../../examples/sample_app/wire_format.ts";
import { buildEvent, buildLogMessage } from "../_support/wire_messages.ts";

Deno.test("encodeLogMessage() writes what applications of the platform write", () => {
  const parts = { containerId: "c1", containerName: "amf", payload: "hello é" };
  assert.equal(encodeLogMessage(parts).toHex(), buildLogMessage(parts).toHex());
});

Deno.test("encodeEvent() writes what applications of the platform write", () => {
  const event = {
    eventName: "NotConfigured",
    eventTime: 1_600_000_000_000,
    containerId: "c1",
    managedObject: [["application", "amf"], ["pod", "amf-0"]],
  } as const;
  const built = buildEvent({ ...event, eventTime: BigInt(event.eventTime) });
  assert.equal(encodeEvent(event).toHex(), built.toHex());
});
