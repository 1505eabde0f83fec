import assert from "node:assert/strict";
import {
  ExpositionLimitError,
  expositionPieces,
  readExposition,
  seriesParts,
} from "../../../cim/aligned_metrics/mod.ts";

function read(text: string) {
  const said: unknown[] = [];
  readExposition(text, {
    type: (family, type) => said.push(["type", family, type]),
    help: (family, help) => said.push(["help", family, help]),
    sample: (series, value) => said.push([series, value]),
  });
  return said;
}

Deno.test("readExposition() reads types, helps and samples, without their timestamps and exemplars", () => {
  const text = `# HELP a_total Says "a\\\\b".
# TYPE a_total counter
a_total{x="1",y="}{ \\" ,"} 1.5e3 1600000000000
a_total 7 # {trace="1"} 1

# just a comment
# TYPE h histogram
h_bucket{le="+Inf"} +Inf
spaced {x="1"} NaN
\tb -2
# TYPE u unknown
# EOF
`;
  assert.deepEqual(read(text), [
    ["help", "a_total", 'Says "a\\\\b".'],
    ["type", "a_total", "counter"],
    ['a_total{x="1",y="}{ \\" ,"}', 1500],
    ["a_total", 7],
    ["type", "h", "histogram"],
    ['h_bucket{le="+Inf"}', Infinity],
    ['spaced {x="1"}', NaN],
    ["\tb", -2],
    ["type", "u", "untyped"],
  ]);
});

for (
  const [text, reason] of [
    ["a 1\nb\n", /^line 2: it has no value$/],
    ["a one\n", /^line 1: "one" is no number$/],
    ['a{x="1" 2\n', /^line 1: it has no value$/],
    ["a 0x\n", /is no number/],
  ] as const
) {
  Deno.test(`readExposition() refuses ${JSON.stringify(text)} with its line`, () => {
    assert.throws(
      () => read(text),
      (error) => error instanceof SyntaxError && reason.test(error.message),
    );
  });
}

Deno.test("seriesParts() splits name and labels, and refuses what is none", () => {
  assert.deepEqual(seriesParts('a:b{x="1", y="\\"",}'), {
    name: "a:b",
    labels: [["x", "1"], ["y", '\\"']],
  });
  for (
    const wrong of ["1a", "a{x=1}", 'a{x="1" y="2"}', 'a{x="1",x="2"}', 'a{x="\\t"}', 'é{a="1"}']
  ) {
    assert.throws(() => seriesParts(wrong), SyntaxError, wrong);
  }
});

Deno.test("readExposition() reads helps and types of lines that end with a carriage return", () => {
  assert.deepEqual(read("# HELP a Says so. \r\n# TYPE a counter\r\n# HELP b\r\na 1\r\n"), [
    ["help", "a", "Says so."],
    ["type", "a", "counter"],
    ["help", "b", ""],
    ["a", 1],
  ]);
});

Deno.test("readExposition() takes time that grows with the length only when a help has many blanks", () => {
  // 120 such lines take minutes if each is read in the square of its length.
  const line = `# HELP a${" ".repeat(65_000)}\rz\n`;
  assert.equal(read(line.repeat(120)).length, 120);
});

Deno.test("readExposition() refuses a line that is too long, of any kind", () => {
  const long = "x".repeat(65_537);
  for (
    const line of [long, `# ${long}`, `# HELP a ${long}`, `a{b="${long}"} 1`, " ".repeat(65_537)]
  ) {
    assert.throws(
      () => read(`a 1\n${line}\n`),
      (error) =>
        error instanceof ExpositionLimitError && error.limit === "line_too_long" &&
        error.message === "line 2: it is longer than 65536 characters",
    );
  }
});

Deno.test("expositionPieces() yields after a bounded number of lines and of characters", () => {
  const pieces = (text: string) =>
    [...expositionPieces(text, { type() {}, help() {}, sample() {} })].length;
  assert.equal(pieces("a 1\n".repeat(200)), 0);
  assert.equal(pieces("a 1\n".repeat(24_100)), 100);
  assert.equal(pieces("\n".repeat(163_840)), 10);
  assert.equal(pieces(`# ${"x".repeat(60_000)}\n`.repeat(10)), 10);
});

Deno.test("seriesParts() takes 256 labels and refuses more", () => {
  const series = (count: number) =>
    `a{${Array.from({ length: count }, (_, at) => `l${at}="1"`).join()}}`;
  assert.equal(seriesParts(series(256)).labels.length, 256);
  assert.throws(
    () => seriesParts(series(300_000)),
    (error) => error instanceof ExpositionLimitError && error.limit === "too_many_labels",
  );
});
