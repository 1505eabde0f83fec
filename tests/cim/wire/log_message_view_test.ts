import assert from "node:assert/strict";
import { LogMessageView } from "../../../cim/wire/mod.ts";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { embedded, hex, LOGS, NEGATIVES, readLog } from "./_vectors.ts";

const hello = { id: "c1", name: "amf", payload: "hello" };

Deno.test("LogMessageView.read() finds the parts of V1, written in Go order", () => {
  assert.deepEqual(readLog(hex(LOGS.V1)), hello);
});

Deno.test("LogMessageView.read() finds an empty id and special bytes in V2", () => {
  const expected = { id: "", name: "amf", payload: 'a<b>&"q"\\\t\u2028é\n' };
  assert.deepEqual(readLog(hex(LOGS.V2)), expected);
});

Deno.test("LogMessageView.read() gives for V3, written in Java order, what it gives for V1", () => {
  assert.deepEqual(readLog(hex(LOGS.V3)), hello);
});

Deno.test("LogMessageView.read() finds the text null as id in V4", () => {
  assert.deepEqual(readLog(hex(LOGS.V4)), {
    id: "null",
    name: "cmaas",
    payload: "[2021-04-19 10:00:00.000][INFO ][7717]:[main      ] util.X- hi",
  });
});

Deno.test("D-1 LogMessageView.read() names why N1 to N6 are no LogMessages", () => {
  const faults = Object.values(NEGATIVES).map((payload) => {
    const { buffer, start, end } = embedded(payload);
    return new LogMessageView().read(buffer, start, end);
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

Deno.test("LogMessageView.read() refuses every proper prefix of V1 that cuts into its text", () => {
  const whole = hex(LOGS.V1);
  for (let length = 0; length < whole.length - 2; length++) {
    const { buffer, start, end } = embedded(whole.subarray(0, length));
    assert.notEqual(new LogMessageView().read(buffer, start, end), undefined, `length ${length}`);
  }
});

Deno.test("LogMessageView.read() accepts a payload without its closing NUL", () => {
  const whole = hex(LOGS.V1);
  const { buffer, start, end } = embedded(whole.subarray(0, whole.length - 2));
  assert.equal(new LogMessageView().read(buffer, start, end), undefined);
});

Deno.test("LogMessageView.read() leaves absent fields empty, also after a full message", () => {
  const view = new LogMessageView();
  assert.equal(view.read(hex(LOGS.V1), 0, 60), undefined);
  const empty = hex("0800000004000400" + "04000000");
  assert.equal(view.read(empty, 0, empty.length), undefined);
  assert.deepEqual(
    [view.idEnd - view.idStart, view.nameEnd - view.nameStart, view.payloadEnd - view.payloadStart],
    [0, 0, 0],
  );
});

for (
  const [what, at, bytes, fault] of [
    ["a root past the end", 0, "00010000", "bad_root"],
    ["a negative root", 0, "00000080", "bad_root"],
    ["a vtable before the payload", 16, "7f000000", "bad_vtable"],
    ["a vtable behind the payload", 16, "00ffffff", "bad_vtable"],
    ["a vtable of odd size", 6, "0b00", "bad_vtable"],
    ["a vtable of size 2", 6, "0200", "bad_vtable"],
    ["a vtable past the end", 6, "ff7e", "bad_vtable"],
    ["a table past the end", 8, "ffff", "bad_table"],
    ["a table without its own head", 8, "0300", "bad_table"],
    ["a field at the end of the table", 10, "1000", "bad_field"],
    ["a field reaching past the table", 10, "0d00", "bad_field"],
    ["a field inside the table's head", 10, "0200", "bad_field"],
    ["a string past the end", 20, "ffffff7f", "bad_text"],
    ["a string at its own slot", 20, "00000000", "bad_text"],
    ["a string longer than the payload", 32, "ffffff00", "bad_text"],
    ["a string of negative length", 32, "ffffffff", "bad_text"],
  ] as const
) {
  Deno.test(`D-1 LogMessageView.read() answers ${fault} for ${what}`, () => {
    const payload = hex(LOGS.V1);
    payload.set(hex(bytes), at);
    const { buffer, start, end } = embedded(payload);
    assert.equal(new LogMessageView().read(buffer, start, end), fault);
  });
}

Deno.test("buildLogMessage() gives the bytes of V1 and V2 in Go order", () => {
  const v1 = buildLogMessage({ containerId: "c1", containerName: "amf", payload: "hello" });
  const payload = hex("613c623e262271225c09e280a8c3a90a");
  const v2 = buildLogMessage({ containerId: "", containerName: "amf", payload });
  assert.deepEqual([v1.toHex(), v2.toHex()], [LOGS.V1, LOGS.V2]);
});

Deno.test("buildLogMessage() gives the bytes of V3 and V4 in Java order", () => {
  const v3 = buildLogMessage(
    { containerId: "c1", containerName: "amf", payload: "hello" },
    { order: "java" },
  );
  const payload = "[2021-04-19 10:00:00.000][INFO ][7717]:[main      ] util.X- hi";
  const v4 = buildLogMessage(
    { containerId: "null", containerName: "cmaas", payload },
    { order: "java" },
  );
  assert.deepEqual([v3.toHex(), v4.toHex()], [LOGS.V3, LOGS.V4]);
});

Deno.test("buildLogMessage() gives a payload of any size that reads back", () => {
  for (const length of [0, 1, 3, 4, 255, 256, 1000, 100_000]) {
    const payload = "x".repeat(length);
    const bytes = buildLogMessage({ containerId: "c", containerName: "n", payload });
    assert.deepEqual(readLog(bytes), { id: "c", name: "n", payload });
  }
});
