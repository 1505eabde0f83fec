/** Characters that a terminal acts on, or that change the order of the text around them. A tab is not one of them. */
const active = /[^\P{Cc}\t]|[\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r" };

/**
 * The text in one line, safe for a terminal: control characters become `\n`, `\r`, `\x1b` or `\u2028`. What a
 * message contains is not under the control of who reads it.
 */
export function printable(text: string): string {
  return text.replace(active, (character) => {
    const code = character.charCodeAt(0);
    const hex = code.toString(16);
    return short[character] ??
      (code < 0x100 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`);
  });
}
