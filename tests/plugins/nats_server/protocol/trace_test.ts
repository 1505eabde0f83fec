import assert from "node:assert/strict";
import { isTraceOnly, utf8 } from "../../../../plugins/nats_server/protocol/mod.ts";

const destination = "Nats-Trace-Dest: trace";

for (
  const [lines, expected] of [
    [[destination, "Nats-Trace-Only: true"], true],
    [["Key: value", "Nats-Trace-Only:on", "", destination], true],
    [[destination, "Nats-Trace-Only: 1"], true],
    [[destination, "Nats-Trace-Only: 0"], false],
    [[destination], false],
    [["Nats-Trace-Only: true"], false],
    [["Nats-Trace-Dest:", "Nats-Trace-Only: true"], false],
    [["nats-trace-dest: trace", "Nats-Trace-Only: true"], false],
    [["Nats-Tracing: true"], false],
    [[], false],
  ] as const
) {
  Deno.test(`isTraceOnly() is ${expected} for ${JSON.stringify(lines)}`, () => {
    const bytes = utf8(["x", "NATS/1.0", ...lines, "", "payload"].join("\r\n"));
    const end = bytes.length - "payload".length;
    assert.equal(isTraceOnly(bytes, 3, end), expected);
  });
}

Deno.test("isTraceOnly() reads nothing beyond the headers", () => {
  const bytes = utf8(`NATS/1.0\r\n\r\n${destination}\r\nNats-Trace-Only: true\r\n`);
  assert.equal(isTraceOnly(bytes, 0, 12), false);
  assert.equal(isTraceOnly(utf8("Nats-Trace-Only"), 0, 15), false);
});
