/* The one place where the JSON Patch library enters. */
import jsonPatch from "npm:fast-json-patch@3.1.1";

/** Applies RFC 6902 operations to a copy of the document; throws an Error whose message says why it cannot. */
export function applyJsonPatch(document: unknown, operations: unknown): unknown {
  try {
    const checked = operations as Parameters<typeof jsonPatch.applyPatch>[1];
    return jsonPatch.applyPatch(document, checked, true, false).newDocument;
  } catch (error) {
    throw new Error(firstLine(error), { cause: error });
  }
}

/** The library's messages carry the whole document, which does not belong into a log or a store. */
function firstLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [text] = error.message.split("\n");
  const { index, operation } = error as { index?: number; operation?: { path?: unknown } };
  if (index === undefined) return text;
  return `operation ${index} at ${JSON.stringify(operation?.path)}: ${text}`;
}
