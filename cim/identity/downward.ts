/**
 * Format of labels and annotations in a downward API volume: one `key="value"` per line, the value quoted as by Go's
 * `strconv.Quote`.
 *
 * @module
 */

const simpleEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/gs;

/**
 * Reads all pairs. Malformed lines are reported and skipped.
 *
 * @param file Path of the file, for the messages.
 * @param onProblem Called for each malformed line with `<file>:<line>: <what is wrong>`.
 *
 * @example
 * ```ts
 * import { parseDownward } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const labels = parseDownward('microSvcName="amf"', "/etc/podinfo/labels", assert.fail);
 * assert.equal(labels.get("microSvcName"), "amf");
 * ```
 */
export function parseDownward(
  text: string,
  file: string,
  onProblem: (problem: string) => void,
): Map<string, string> {
  const pairs = new Map<string, string>();
  text.split("\n").forEach((line, index) => {
    if (line.trim() === "") return;
    const match = /^([^=\s]+)="((?:[^"\\]|\\.)*)"\s*$/s.exec(line);
    if (!match) return onProblem(`${file}:${index + 1}: wanted key="value"`);
    try {
      pairs.set(match[1], unquote(match[2]));
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      onProblem(`${file}:${index + 1}: ${error.message}`);
    }
  });
  return pairs;
}

/** Removes the quoting. `\xNN` above 7f is a byte of invalid UTF-8 and becomes U+FFFD. */
function unquote(quoted: string): string {
  return quoted.replace(escape, (whole, byte, short, long, letter) => {
    if (byte !== undefined) {
      const code = parseInt(byte, 16);
      return code < 0x80 ? String.fromCharCode(code) : "\ufffd";
    }
    const digits = short ?? long;
    if (digits !== undefined) {
      const code = parseInt(digits, 16);
      if (code > 0x10ffff) throw new RangeError(`${whole} is not a character`);
      return String.fromCodePoint(code);
    }
    const plain = simpleEscapes[letter];
    if (plain === undefined) throw new RangeError(`unknown escape ${whole}`);
    return plain;
  });
}
