/**
 * Makes text safe for a terminal. Messages, keys and file names come from other programs and people, and can contain
 * characters that change what a terminal shows.
 *
 * @module
 */

/** Characters that a terminal acts on, or that change the order of the text around them. A tab is not one of them. */
const active = /[^\P{Cc}\t]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Those of them that JSON does not escape. */
const activeInJson = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r" };

/**
 * The text in one line, safe for a terminal: control characters become `\n`, `\r`, `\x1b` or `\u2028`, and so do
 * characters that change the order of text.
 *
 * @example
 * ```ts
 * import { printable } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(printable("a\x1b[2J\n"), "a\\x1b[2J\\n");
 * ```
 */
export function printable(text: string): string {
  return text.replace(active, (character) => {
    const code = character.charCodeAt(0);
    return short[character] ??
      (code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : unicodeEscape(character));
  });
}

/**
 * A JSON document, safe for a terminal and with the same content: characters that JSON does not escape and that a
 * terminal acts on, or that change the order of text, become `\u009b`.
 *
 * @param json A valid JSON document; it may have several lines.
 *
 * @example
 * ```ts
 * import { printableJson } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(printableJson(JSON.stringify("a\u202e")), '"a\\u202e"');
 * ```
 */
export function printableJson(json: string): string {
  return json.replace(activeInJson, unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
