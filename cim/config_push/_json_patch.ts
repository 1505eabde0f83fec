/* The only file that imports the JSON Patch library. */
import jsonPatch from "npm:fast-json-patch@3.1.1";

/**
 * Applies RFC 6902 operations to a copy of the document.
 *
 * @throws {Error} When an operation fails; the message gives its index, path and reason.
 */
export function applyJsonPatch(document: unknown, operations: unknown): unknown {
  try {
    const checked = operations as Parameters<typeof jsonPatch.applyPatch>[1];
    return jsonPatch.applyPatch(document, checked, true, false).newDocument;
  } catch (error) {
    throw new Error(describe(error), { cause: error });
  }
}

/** The library's messages contain the whole document, which must not reach logs or stores. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [text] = error.message.split("\n");
  const { index, operation } = error as { index?: number; operation?: { path?: unknown } };
  if (index === undefined) return text;
  return `operation ${index} at ${JSON.stringify(operation?.path)}: ${text}`;
}
