/**
 * JSON as strictly as the format is defined, with one rule more: an object does not repeat a key, because one of
 * the values would be ignored silently.
 *
 * @module
 */

import { isTooDeep, tooDeep } from "./_depth.ts";

/**
 * Parses a JSON document.
 *
 * @throws {SyntaxError} When the text is not JSON, an object repeats a key, or it is nested too deep.
 */
export function parseJson(text: string): unknown {
  const value: unknown = parsed(text);
  if (isTooDeep(value)) throw new SyntaxError(tooDeep);
  const repeated = repeatedKey(text);
  if (repeated) {
    const line = text.slice(0, repeated.at).split("\n").length;
    throw new SyntaxError(
      `keys must be unique: "${repeated.key}" in line ${line} is there already`,
    );
  }
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The runtime quotes a part of the document; it may be a secret.
    const reason = (error as SyntaxError).message.replace(
      /, (\.\.\.)?".*(?= is not valid JSON$)/s,
      "",
    );
    throw new SyntaxError(reason);
  }
}

/** The first key that is repeated in its object. The text is valid JSON. */
function repeatedKey(text: string): { key: string; at: number } | undefined {
  /** The keys of each object around the current position; undefined for a list. */
  const around: (Set<string> | undefined)[] = [];
  const tokens = /[{}[\]]|"(?:[^"\\]|\\.)*"(\s*:)?/g;
  for (const { 0: token, 1: colon, index } of text.matchAll(tokens)) {
    if (token === "{") around.push(new Set());
    else if (token === "[") around.push(undefined);
    else if (token === "}" || token === "]") around.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(token.slice(0, token.length - colon.length)) as string;
      const keys = around.at(-1)!;
      if (keys.has(key)) return { key, at: index };
      keys.add(key);
    }
  }
  return undefined;
}
