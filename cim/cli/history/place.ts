/** A JSON Pointer as one word; one that has blanks, and the empty one of the whole document, in quotes. */
export function placeText(path: string): string {
  const text = JSON.stringify(path);
  return /^"\/[^\s"\\]*"$/.test(text) ? path : text;
}
