import assert from "node:assert/strict";
import { buildLogMessage } from "../../_support/wire_messages.ts";
import { fixture, settingsOf } from "./_fixture.ts";

const envelope = (log: string) =>
  `{"container_name":"amf","log":"${log}","kubernetes":{"namespace_name":"ns1","pod_name":"amf-0"}}\n`;

Deno.test("LogRoute writes a message of each container to its own file", async () => {
  await using f = fixture();
  f.send("amf", "c1", "hello");
  f.send("amf", "", "no id");
  f.send("smf", "c1", "other");
  f.send("amf", "c1", "again");
  await f.route.flush();
  assert.deepEqual(
    ["amf-0_ns1_amf-c1.log", "amf-0_ns1_amf-.log", "amf-0_ns1_smf-c1.log"].map(f.text),
    ["hello\nagain\n", "no id\n", "other\n"],
  );
});

Deno.test("D-68 a payload that ends in a line feed yields no empty line", async () => {
  await using f = fixture();
  for (const payload of ["with\n", "without", "", "two\nlines\n"]) f.send("amf", "c1", payload);
  await f.route.flush();
  assert.equal(f.text("amf-0_ns1_amf-c1.log"), "with\nwithout\n\ntwo\nlines\n");
});

Deno.test("LogRoute writes any payload bytes unchanged", async () => {
  await using f = fixture();
  const payload = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);
  f.send("amf", "c1", payload);
  await f.route.flush();
  const written = await Deno.readFile(`${f.folder}/amf-0_ns1_amf-c1.log`);
  assert.deepEqual([...written], [...payload, 0x0a]);
});

for (
  const [mode, file, stdout] of [
    ["FILE", "hello\n", ""],
    ["STDOUT", "", envelope("hello")],
    ["FILEANDSTDOUT", "hello\n", envelope("hello")],
    ["TCP", "hello\n", ""],
    ["KAFKA", "hello\n", ""],
  ]
) {
  Deno.test(`LogRoute serves mode ${mode}`, async () => {
    await using f = fixture({ lmaas: { logging_mode: mode } });
    f.send("amf", "c1", "hello");
    f.route.endOfChunk();
    await f.route.flush();
    assert.deepEqual([f.text("amf-0_ns1_amf-c1.log"), f.stdoutText()], [file, stdout]);
  });
}

Deno.test("D-10 LogRoute warns once that TCP or KAFKA is not configured and writes to files", async () => {
  await using f = fixture({ lmaas: { logging_mode: "TCP" } });
  f.route.configure(settingsOf({ logging_mode: "TCP", flush_timeout: 5 }));
  f.route.configure(settingsOf({ logging_mode: "KAFKA" }));
  assert.deepEqual(f.logs.messages("warn"), [
    "Logging mode TCP writes to files: common-infra.json has no valid logging_svc_url (host:port)",
    "Logging mode KAFKA writes to files: no Kafka brokers are configured",
  ]);
});

Deno.test("LogRoute writes raw lines to the standard output when the format is text", async () => {
  await using f = fixture({ lmaas: { logging_mode: "STDOUT" }, isRaw: true });
  f.send("amf", "c1", "<hello>");
  f.send("amf", "c1", "line\n");
  await f.route.flush();
  assert.equal(f.stdoutText(), "<hello>\nline\n");
});

Deno.test("LogRoute changes the destination of the next message when the mode changes", async () => {
  await using f = fixture();
  f.send("amf", "c1", "to the file");
  f.route.configure(settingsOf({ logging_mode: "STDOUT" }));
  f.send("amf", "c1", "to stdout");
  await f.route.flush();
  assert.deepEqual([f.text("amf-0_ns1_amf-c1.log"), f.stdoutText()], [
    "to the file\n",
    envelope("to stdout"),
  ]);
});

Deno.test("D-1 a malformed LOG payload is dropped and counted, and the next one is written", async () => {
  await using f = fixture();
  const payloads = [
    new Uint8Array(0),
    Uint8Array.of(1, 2, 3),
    new TextEncoder().encode("hello world, plain text log line"),
    new Uint8Array(16),
  ];
  for (const payload of payloads) f.route.accept(payload, 0, payload.length);
  f.send("amf", "c1", "hello");
  await f.route.flush();
  const { book } = f.files;
  assert.deepEqual(Object.fromEntries(f.route.faults), { too_short: 2, bad_root: 2 });
  assert.deepEqual([book.accepted, book.delivered, book.dropped.get("malformed")], [5, 1, 4]);
  assert.equal(book.unaccounted, 0);
  assert.equal(f.text("amf-0_ns1_amf-c1.log"), "hello\n");
});

Deno.test("LogRoute counts messages, bytes and the last size, and in flight until written", async () => {
  await using f = fixture();
  f.send("amf", "c1", "hello");
  f.send("amf", "c1", "hi");
  const { book } = f.files;
  assert.deepEqual([book.inFlight, book.delivered, book.unaccounted], [2, 0, 0]);
  await f.route.flush();
  assert.deepEqual([f.route.messages, f.route.payloadBytes, f.route.lastPayloadBytes], [2, 7, 2]);
  assert.deepEqual([book.inFlight, book.delivered, book.unaccounted], [0, 2, 0]);
});

Deno.test("LogRoute has a book for each destination of FILEANDSTDOUT", async () => {
  await using f = fixture({ lmaas: { logging_mode: "FILEANDSTDOUT" } });
  f.send("amf", "c1", "hello");
  await f.route.flush();
  const books = [...f.route.destinations].map((
    { book },
  ) => [book.route, book.accepted, book.delivered]);
  assert.deepEqual(books, [["logs_file", 1, 1], ["logs_stdout", 1, 1]]);
});

Deno.test("LogRoute copies the bytes: the caller may reuse its buffer at once", async () => {
  await using f = fixture();
  const chunk = new Uint8Array(4_096);
  for (const payload of ["first", "second"]) {
    const bytes = buildLogMessage({ containerId: "c1", containerName: "amf", payload });
    chunk.set(bytes, 100);
    f.route.accept(chunk, 100, 100 + bytes.length);
    chunk.fill(0);
  }
  await f.route.flush();
  assert.equal(f.text("amf-0_ns1_amf-c1.log"), "first\nsecond\n");
});

Deno.test("D-32 the agent's own lines go to the file of container cim, unless cim_file_log is false", async () => {
  await using f = fixture();
  const own = f.files.reserve("cim", "c0");
  const line = new TextEncoder().encode("own line");
  own.append(line);
  f.route.configure(settingsOf({}, { cim_file_log: false }));
  own.append(line);
  f.route.configure(settingsOf({ logging_mode: "STDOUT" }));
  own.append(line);
  await f.route.flush();
  assert.equal(f.text("amf-0_ns1_cim-c0.log"), "own line\n");
});

Deno.test("D-67 no log record of the route contains a payload", async () => {
  await using f = fixture({ lmaas: { logging_mode: "FILEANDSTDOUT" } });
  f.send("amf", "c1", "a secret text");
  const torn = buildLogMessage({ containerId: "c", containerName: "n", payload: "a secret text" });
  f.route.accept(torn, 0, torn.length - 8);
  await f.route.flush();
  assert.equal(f.route.faults.get("bad_text"), 1);
  assert.doesNotMatch(JSON.stringify(f.logs.entries), /secret/);
});

Deno.test("createLogRoute() throws for options out of range", () => {
  assert.throws(() => fixture({ maxFiles: 0 }), RangeError);
  assert.throws(() => fixture({ maxBufferedBytes: 1 }), RangeError);
  assert.throws(() => fixture({ idleMs: 0 }), RangeError);
  assert.throws(() => fixture({ blockBytes: 1 }), RangeError);
});
