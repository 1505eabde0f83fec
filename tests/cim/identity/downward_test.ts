import assert from "node:assert/strict";
import { parseDownward } from "../../../cim/identity/mod.ts";

function parse(text: string) {
  const problems: string[] = [];
  const pairs = parseDownward(text, "labels", (problem) => problems.push(problem));
  return { pairs: Object.fromEntries(pairs), problems };
}

Deno.test("parseDownward() undoes Go's quoting", () => {
  const { pairs, problems } = parse(
    String.raw`a="plain"` + "\n" + String.raw`b.c/d="q\"uote\\ \n\t\x41\u00e9\U0001f600\a"` + "\n" +
      String.raw`e=""` + "\n",
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(pairs, { a: "plain", "b.c/d": 'q"uote\\ \n\tAé😀\x07', e: "" });
});

Deno.test("parseDownward() keeps an equals sign and a closing quote inside a value", () => {
  assert.deepEqual(parse(String.raw`k="a=\"b\""`).pairs, { k: 'a="b"' });
});

for (
  const [line, problem] of [
    ["novalue", 'labels:1: wanted key="value"'],
    ['k="open', 'labels:1: wanted key="value"'],
    ["k=bare", 'labels:1: wanted key="value"'],
    [String.raw`k="\q"`, String.raw`labels:1: unknown escape \q`],
    [String.raw`k="\Uffffffff"`, String.raw`labels:1: \Uffffffff is not a character`],
  ]
) {
  Deno.test(`parseDownward() tells the place of ${line} and reads the rest`, () => {
    const { pairs, problems } = parse(`${line}\ngood="yes"`);
    assert.deepEqual(problems, [problem]);
    assert.deepEqual(pairs, { good: "yes" });
  });
}
