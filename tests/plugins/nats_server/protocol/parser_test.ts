import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { bytes, ParserTrace } from "../_parser_trace.ts";
import { readStream } from "../_slow_parser.ts";

const word = fc.stringMatching(/^[a-zA-Z0-9$_.*>\x80-\xff-]{1,12}$/);
const blank = fc.constantFrom(" ", " ", "  ", "\t", " \t");
const payload = fc.string({ unit: "binary-ascii", maxLength: 60 });
const lineEnd = fc.constantFrom("\r\n", "\r\n", "\n");

const publish = fc.tuple(
  fc.constantFrom("PUB", "pub", "PuB"),
  word,
  fc.option(word, { nil: "" }),
  payload,
  blank,
  lineEnd,
)
  .map(([verb, subject, reply, data, gap, end]) =>
    [verb, subject, ...(reply === "" ? [] : [reply]), data.length].join(gap) + `${end}${data}\r\n`
  );
const headerPublish = fc.tuple(word, fc.option(word, { nil: "" }), payload, payload, blank)
  .map(([subject, reply, headers, data, gap]) =>
    [
      "HPUB",
      subject,
      ...(reply === "" ? [] : [reply]),
      headers.length,
      headers.length + data.length,
    ].join(gap) +
    `\r\n${headers}${data}\r\n`
  );
const line = fc.tuple(fc.constantFrom("SUB", "UNSUB", "CONNECT", "sub"), word, word, blank, lineEnd)
  .map(([verb, one, other, gap, end]) => `${verb}${gap}${one} ${other}${end}`);
const beat = fc.constantFrom("PING\r\n", "PONG\r\n", "ping\n", "+OK\r\n", "PING \t\r\n");
const stream = fc.array(
  fc.oneof({ weight: 5, arbitrary: publish }, headerPublish, line, beat),
  { minLength: 1, maxLength: 12 },
).map((parts) => parts.join(""));

Deno.test("Parser finds the same as a simple parser wherever the stream is split in two", () => {
  fc.assert(
    fc.property(stream, (text) => {
      const expected = readStream(text);
      const data = bytes(text);
      for (let cut = 0; cut <= data.length; cut++) {
        const trace = new ParserTrace();
        trace.feed(data.subarray(0, cut));
        trace.feed(data.subarray(cut));
        assert.deepEqual(trace.said, expected, `cut at ${cut} of ${JSON.stringify(text)}`);
        assert.equal(trace.kept, 0);
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("Parser finds the same as a simple parser when it gets one byte at a time", () => {
  fc.assert(
    fc.property(stream, (text) => {
      const trace = new ParserTrace();
      for (const byte of bytes(text)) trace.feed(Uint8Array.of(byte));
      assert.deepEqual(trace.said, readStream(text));
    }),
    { numRuns: 300 },
  );
});

Deno.test("Parser passes a refused message again and loses nothing", () => {
  fc.assert(
    fc.property(stream, fc.integer({ min: 1, max: 5 }), (text, refusals) => {
      const trace = new ParserTrace();
      trace.refusals = refusals;
      trace.feed(bytes(text));
      for (let i = 0; i <= refusals; i++) trace.feed(new Uint8Array(0));
      assert.deepEqual(trace.said, readStream(text));
    }),
    { numRuns: 200 },
  );
});

Deno.test("D-1 Parser neither throws nor leaves more than its limits unconsumed when a session is corrupted", () => {
  const mutation = fc.record({
    at: fc.nat(),
    kind: fc.constantFrom("flip", "cut", "insert", "repeat"),
    byte: fc.integer({ min: 0, max: 255 }),
  });
  const limits = { maxControlLineBytes: 100, maxPayloadBytes: 200 };
  fc.assert(
    fc.property(
      stream,
      fc.array(mutation, { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 64 }),
      (text, mutations, step) => {
        let data = [...bytes(text)];
        for (const { at, kind, byte } of mutations) {
          const place = data.length === 0 ? 0 : at % data.length;
          if (kind === "flip") data[place] = byte;
          else if (kind === "cut") data = data.slice(0, place);
          else if (kind === "insert") data.splice(place, 0, byte);
          else data = [...data, ...data.slice(place)].slice(0, 4096);
        }
        const trace = new ParserTrace(limits);
        for (let at = 0; at < data.length; at += step) {
          trace.feed(Uint8Array.from(data.slice(at, at + step)));
          assert.ok(trace.kept <= limits.maxControlLineBytes + limits.maxPayloadBytes + 4 + step);
        }
        const faults = trace.said.findIndex((said) => said.startsWith("fault"));
        assert.ok(
          faults < 0 || faults === trace.said.length - 1,
          "something was said after a fault",
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

for (
  const [text, expected] of [
    ["X", "unknown_operation"],
    ["PX", "unknown_operation"],
    ["PUB a 2\r\nhiX", "unknown_operation"],
    ["PUB a 2\r\nhi\rX", "unknown_operation"],
    ["PUB a\r\n", "bad_arguments"],
    ["PUB a b c 1\r\n", "bad_arguments"],
    ["PUB a -1\r\n", "bad_arguments"],
    ["PUB a 1234567890\r\n", "bad_arguments"],
    ["HPUB a 3 2\r\n", "bad_arguments"],
    ["PUB a 1048577\r\n", "payload_too_large"],
    [`SUB ${"a".repeat(2049)}`, "control_line"],
    [`SUB ${"a".repeat(2047)} 1\r\n`, "control_line"],
  ] as const
) {
  Deno.test(`Parser stops with ${expected} at ${JSON.stringify(text.slice(0, 30))}`, () => {
    const trace = new ParserTrace();
    trace.feed(bytes(text));
    trace.feed(bytes("PING\r\n"));
    assert.deepEqual(trace.said, [`fault ${expected}`]);
  });
}

Deno.test("Parser accepts only CONNECT as first operation when credentials are required", () => {
  const trace = new ParserTrace();
  trace.parser.connectFirst = true;
  trace.feed(bytes("PUB a 0\r\n\r\n"));
  assert.deepEqual(trace.said, ["fault connect_first"]);
});

Deno.test("Parser refuses HPUB when the client has not enabled headers", () => {
  const trace = new ParserTrace();
  trace.parser.headersAllowed = false;
  trace.feed(bytes("HPUB a 0 0\r\n\r\n"));
  assert.deepEqual(trace.said, ["fault headers_unsupported"]);
});

Deno.test("Parser reports the buffer size that a large message needs", () => {
  const trace = new ParserTrace();
  trace.feed(bytes("PUB abc 100000\r\nxyz"));
  assert.equal(trace.parser.needed, "abc 100000\r\n".length + 100_000 + 2);
});
