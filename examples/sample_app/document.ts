/**
 * The application's own configuration, and how it applies a patch to it.
 *
 * @module
 */

/** One operation of an RFC 6902 patch. This application supports `add` and `replace` of object members. */
interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** Outcome of a patch. */
export type PatchOutcome =
  | { readonly status: "success" }
  | { readonly status: "unused" | "failure"; readonly remarks: string };

/** The current configuration. */
export class AppDocument {
  #document: Record<string, unknown> = { greeting: "hello", limits: { sessions: 10 } };

  /** The document as JSON text. */
  toString(): string {
    return JSON.stringify(this.#document);
  }

  /** Replaces the whole document. */
  load(document: Record<string, unknown>): void {
    this.#document = document;
  }

  /** Applies all operations of a patch, or none when one fails. */
  apply(patchText: string): PatchOutcome {
    const draft = structuredClone(this.#document);
    try {
      const operations = JSON.parse(patchText) as PatchOperation[];
      if (operations.length === 0) return { status: "unused", remarks: "the patch is empty" };
      for (const operation of operations) applyOperation(draft, operation);
    } catch (error) {
      return { status: "failure", remarks: String(error) };
    }
    this.#document = draft;
    return { status: "success" };
  }
}

function applyOperation(document: Record<string, unknown>, operation: PatchOperation): void {
  const { op, path, value } = operation;
  const names = path.split("/").slice(1).map((name) =>
    name.replaceAll("~1", "/").replaceAll("~0", "~")
  );
  const last = names.pop();
  let target: unknown = document;
  for (const name of names) target = member(target, name, path);
  if (last === undefined || (op !== "add" && op !== "replace")) {
    throw new TypeError(`cannot ${op} ${path || "the whole document"}`);
  }
  if (op === "replace") member(target, last, path);
  if (typeof target !== "object" || target === null) throw new TypeError(`nothing at ${path}`);
  Object.defineProperty(target, last, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
}

function member(target: unknown, name: string, path: string): unknown {
  if (typeof target !== "object" || target === null || !Object.hasOwn(target, name)) {
    throw new TypeError(`nothing at ${path}`);
  }
  return (target as Record<string, unknown>)[name];
}
