import assert from "node:assert/strict";
import { readExposition, seriesParts } from "../../../cim/aligned_metrics/mod.ts";

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
