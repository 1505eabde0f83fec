import { printableJson } from "../../../core/log/mod.ts";

/** A JSON Pointer as one word; one that has blanks, and the empty one of the whole document, in quotes. */
export function placeText(path: string): string {
  const text = printableJson(JSON.stringify(path));
  return /^"\/[^\s"\\]*"$/.test(text) ? path : text;
}
