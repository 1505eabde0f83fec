import assert from "node:assert/strict";
import { messageText, TapLimit } from "../../../../cim/cli/tap/mod.ts";

Deno.test("messageText() decodes container and text of a LOG message, and names the fault of a malformed one", () => {
  const log = Uint8Array.fromHex(
    "1000000000000a0010000c00080004000a0000000c00000014000000180000000500000068656c6c6f" +
      "00000003000000616d66000200000063310000",
  );
  assert.deepEqual(messageText("LOG", log), { container: "amf", text: "hello", cutBytes: 0 });
  assert.equal(messageText("LOG", log.subarray(0, 5)).text, "malformed: too_short");
});

Deno.test("messageText() prints the document of an event", () => {
  const event = Uint8Array.fromHex(
    "0c000000080010000c0004000800000000806e8774010000040000000d0000004e6f74436f6e66696775726564000000",
  );
  assert.equal(JSON.parse(messageText("EVENT", event).text).eventName, "NotConfigured");
});

Deno.test("messageText() removes passwords of URLs before it cuts a text at 4 KiB", () => {
  const url = `${" ".repeat(4_090)}nats://a:secret@host`;
  const { text, cutBytes } = messageText("CONFIG", new TextEncoder().encode(url));
  assert.equal(text.length, 4_096);
  assert(cutBytes > 0);
  assert(!text.includes("a:s"), text.trim());
});

Deno.test("TapLimit admits 100 messages a second and counts the others", () => {
  const limit = new TapLimit();
  for (let number = 0; number < 150; number++) limit.admit(5_000);
  assert.deepEqual([limit.printed, limit.leftOut], [100, 50]);
  assert.equal(limit.admit(5_999), false);
  assert.equal(limit.admit(6_000), true);
});
