import assert from "node:assert/strict";
import fc from "npm:fast-check@4.10.2";
import { redactText } from "../../core/mod.ts";

const mark = "s3cr3tMARK";
/** Printable characters but for blanks: a password may have any of them. */
const printable = fc.stringMatching(/^[!-~]{0,8}$/);
const url = fc.tuple(
  fc.constantFrom("http", "nats", "redis", "tls+tcp"),
  printable,
  printable,
  fc.constantFrom("host", "127.0.0.1:4222", "[::1]:80/path?x=1"),
).map(([scheme, before, after, host]) => `${scheme}://user:${before}${mark}${after}@${host}`);

/** Texts with an `@`, with a colon or with a URL, but without user information. */
const harmless = fc.constantFrom(
  "a@b.c",
  "@",
  "at 10:30",
  "http://host:80/path",
  "say: hello",
  "",
  'a "quoted" {word}',
);

/** A JSON document with these strings as names and values. */
function documentOf(strings: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  return fc.letrec((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      strings,
      fc.integer(),
      fc.constant(null),
      fc.array(tie("any"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom("a", "mail", "url", "x:y", "to@me"), tie("any")),
    ),
  })).any;
}

const layouts = fc.constantFrom(
  (value: unknown) => JSON.stringify(value),
  (value: unknown) => JSON.stringify(value, undefined, 2),
  (value: unknown) => `Cannot parse ${JSON.stringify([value])}: no such key`,
);

Deno.test("redactText() changes nothing in a JSON text without user information", () => {
  fc.assert(
    fc.property(documentOf(harmless), layouts, (document, layout) => {
      const text = layout(document).slice(0, 4_096);
      fc.pre(text.length < 4_096);
      assert.equal(redactText(text), text);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("redactText() hides the user information of every URL in a JSON text and keeps the others' strings", () => {
  fc.assert(
    fc.property(documentOf(fc.oneof(harmless, url)), layouts, (document, layout) => {
      const text = layout(document);
      fc.pre(text.length < 4_096);
      const safe = redactText(text);
      assert(!safe.includes(mark), safe);
      for (const { length } of [text.matchAll(/"a@b\.c"/g).toArray()]) {
        assert.equal(safe.matchAll(/"a@b\.c"/g).toArray().length, length);
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("redactText() hides the user information of URLs in any other text, also at the place of the cut", () => {
  const word = fc.oneof(harmless, fc.constantFrom("{", "]", '"', "x".repeat(4_080)));
  fc.assert(
    fc.property(fc.array(fc.oneof(word, url), { maxLength: 6 }), (words) => {
      const safe = redactText(words.join(" "));
      assert(!safe.includes(mark), safe);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("redactText() changes nothing in a text of words, times, mail addresses and URLs without user information", () => {
  fc.assert(
    fc.property(fc.array(harmless, { maxLength: 12 }), (words) => {
      const text = words.join(" ");
      assert.equal(redactText(text), text);
    }),
  );
});
