import assert from "node:assert/strict";
import { goQuote } from "../../../../plugins/nats_server/protocol/go_quote.ts";

for (
  const [bytes, quoted] of [
    ["foo.bar", '"foo.bar"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ["\t\n\r\x07", '"\\t\\n\\r\\a"'],
    ["\x01\x7f", '"\\x01\\x7f"'],
    ["caf\xc3\xa9", '"café"'],
    ["\xff\xfe", '"\\xff\\xfe"'],
    ["\xc3", '"\\xc3"'],
    ["\xe2\x80\x8b", '"\\u200b"'],
    ["\xf0\x9f\x98\x80", '"😀"'],
  ]
) {
  Deno.test(`goQuote() writes ${JSON.stringify(bytes)} as Go does`, () => {
    assert.equal(goQuote(bytes), quoted);
  });
}
