import assert from "node:assert/strict";
import { printable, printableJson } from "../../../core/log/mod.ts";

Deno.test("printable() escapes what a terminal acts on or what changes the order of text, and nothing else", () => {
  const text = "\x00\x1b]0;title\x07\t\r\n\x7f\x9b\u061c\u2028\u202e\u2066 Grüße \u{1f600} a\\n";
  assert.equal(
    printable(text),
    "\\x00\\x1b]0;title\\x07\t\\r\\n\\x7f\\x9b\\u061c\\u2028\\u202e\\u2066 Grüße \u{1f600} a\\n",
  );
});

Deno.test("printableJson() escapes what JSON leaves as it is, and keeps the content and the layout", () => {
  const value = { text: "\x1b\x7f\x9b\u061c\u2028\u202e\u2066 Grüße \u{1f600}\\u202e\n" };
  const json = printableJson(JSON.stringify(value, null, 2));
  assert.equal(
    json,
    '{\n  "text": "\\u001b\\u007f\\u009b\\u061c\\u2028\\u202e\\u2066 Grüße \u{1f600}\\\\u202e\\n"\n}',
  );
  assert.deepEqual(JSON.parse(json), value);
});
