/** Reads decimal text without sign or leading zero, 0 to 2^53 - 1. Undefined for any other text. */
export function parseRevision(text: string): number | undefined {
  if (!/^(0|[1-9]\d{0,15})$/.test(text)) return undefined;
  const revision = Number(text);
  return Number.isSafeInteger(revision) ? revision : undefined;
}
