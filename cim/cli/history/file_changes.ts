/**
 * What change-sets of one file changed together, from their patches alone: the agent does not have the file.
 *
 * @module
 */
import type { PatchDescription, PatchOperation } from "../../config_push/mod.ts";

/** What became of one place of a file. */
export type ValueChange =
  /** It has a new value. */
  | {
    readonly kind: "set";
    /** Where, as a JSON Pointer. */
    readonly path: string;
    /** Whether the patch adds it, and does not replace it. */
    readonly isAdded: boolean;
    /** The value before, as far as an earlier patch says it; undefined when none does. */
    readonly before?: unknown;
    /** The value now. */
    readonly after?: unknown;
  }
  /** It has no value any more. */
  | { readonly kind: "unset"; readonly path: string; readonly before?: unknown }
  /** It has the value of another place. */
  | { readonly kind: "move" | "copy"; readonly path: string; readonly from: string };

/** What changed in a file. */
export interface FileChanges {
  readonly level: string;
  readonly dataKey: string;
  /** Revisions of the change-sets, ascending. */
  readonly revisions: readonly number[];
  /** The changes, in the order in which they were made. */
  readonly changes: readonly ValueChange[];
  /** Revisions whose changes are not among these, with the reason. */
  readonly leftOut: readonly { readonly revision: number; readonly reason: string }[];
}

/** Options of {@linkcode fileChanges}. */
export interface FileChangesOptions {
  /** First revision. */
  readonly first: number;
  /** Last revision. */
  readonly last: number;
  /** Whether patches that changed nothing, because the application refused them, are included. */
  readonly hasRefused: boolean;
}

/**
 * The changes of the patches from one revision to another, by file; several changes of one place become one. Places
 * inside of arrays are not joined, because an index does not name the same item for long.
 *
 * @param patches Patches; those of lower revisions tell the values before.
 */
export function fileChanges(
  patches: readonly PatchDescription[],
  { first, last, hasRefused }: FileChangesOptions,
): FileChanges[] {
  const files = Map.groupBy(patches, ({ level, dataKey }) => `${level}/${dataKey}`);
  return [...files.values()].flatMap((all) => {
    const sorted = all.toSorted((a, b) => a.revision - b.revision);
    const chosen = sorted.filter(({ revision }) => revision >= first && revision <= last);
    if (chosen.length === 0) return [];
    const known = new KnownValues();
    for (const patch of sorted.filter(({ revision }) => revision < first)) {
      if (!isRefused(patch)) patch.operations?.forEach((operation) => known.apply(operation));
    }
    const { level, dataKey } = chosen[0];
    const shown = chosen.filter((patch) => hasRefused || !isRefused(patch));
    return [{
      level,
      dataKey,
      revisions: chosen.map(({ revision }) => revision),
      changes: joined(shown.flatMap(({ operations = [] }) => operations), known),
      leftOut: chosen.flatMap((patch) => {
        const { revision, verdict, missing } = patch;
        const reason = shown.includes(patch) ? missing : `${verdict}, so it changed nothing`;
        return reason === undefined ? [] : [{ revision, reason }];
      }),
    }];
  });
}

/** Whether the change-set changed nothing. One that timed out may have changed something. */
function isRefused({ verdict }: PatchDescription): boolean {
  return verdict === "failed" || verdict === "unused";
}

/** Values that patches have set. */
class KnownValues {
  readonly #values = new Map<string, unknown>();

  get(path: string): unknown {
    return this.#values.get(path);
  }

  apply({ op, path, value }: PatchOperation): void {
    if (op === "test") return;
    for (const known of this.#values.keys()) {
      if (touches(known, path)) this.#values.delete(known);
    }
    if ((op === "add" || op === "replace") && !isInArray(path)) this.#values.set(path, value);
  }
}

function joined(operations: readonly PatchOperation[], known: KnownValues): ValueChange[] {
  const changes = new Map<string, ValueChange>();
  for (const [at, operation] of operations.entries()) {
    const change = changeOf(operation, known);
    if (!change) continue;
    const { path } = operation;
    // What was changed inside is replaced or gone.
    for (const other of changes.keys()) if (other.startsWith(`${path}/`)) changes.delete(other);
    const isJoined = !isInArray(path) && change.kind !== "move" && change.kind !== "copy";
    const id = isJoined ? path : `${path} ${at}`;
    const earlier = changes.get(id);
    changes.delete(id);
    const isAdded = earlier?.kind === "set" && earlier.isAdded;
    changes.set(id, change.kind === "set" && isAdded ? { ...change, isAdded } : change);
  }
  return [...changes.values()];
}

function changeOf(
  { op, path, from, value }: PatchOperation,
  known: KnownValues,
): ValueChange | undefined {
  const before = known.get(path);
  switch (op) {
    case "add":
    case "replace":
      return { kind: "set", path, isAdded: op === "add", before, after: value };
    case "remove":
      return { kind: "unset", path, before };
    case "move":
    case "copy":
      return { kind: op, path, from: from ?? "" };
    default:
      // `test` changes nothing, and the application refuses what it does not know.
      return undefined;
  }
}

/** Whether a change at one place may change what is at the other. */
function touches(known: string, path: string): boolean {
  return known === path || known.startsWith(`${path}/`) || path.startsWith(`${known}/`);
}

function isInArray(path: string): boolean {
  return path.split("/").some((token) => /^(\d+|-)$/.test(token));
}
