/*
 * JSON Patch, RFC 6902, with limits: a small patch can make a document grow without bound, for example by copying a
 * parent into its child. Each operation is checked before it is applied. The only file that imports the library.
 */
import jsonPatch from "npm:fast-json-patch@3.1.1";
import { parsePointer, placeToAdd, valueAt } from "./_json_pointer.ts";

/** Most operations of a patch. */
const maxOperations = 1_000;
/** Most characters of JSON text that a patch may add, removed ones included. */
const maxGrowth = 1024 * 1024;
/** Most levels of nesting. */
const maxDepth = 64;

type Operation = Readonly<Record<string, unknown>>;

/**
 * Applies the operations to a copy of the document.
 *
 * @throws {Error} When an operation is malformed, cannot be applied or exceeds a limit; the message gives its index,
 * path and reason, and no part of the document.
 */
export function applyJsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) throw new Error("the patch must be an array of operations");
  if (operations.length > maxOperations) {
    throw new Error(`the patch has ${operations.length} operations, at most ${maxOperations}`);
  }
  let current: unknown = structuredClone(document);
  let growth = 0;
  for (const [index, operation] of operations.entries()) {
    try {
      growth += check(current, operation, maxGrowth - growth);
      current = jsonPatch.applyOperation(current, operation, false, true).newDocument;
    } catch (error) {
      throw new Error(describe(index, operation, error), { cause: error });
    }
  }
  return current;
}

/** Checks an operation against the document. Returns the size that it adds. */
function check(document: unknown, operation: unknown, room: number): number {
  if (typeof operation !== "object" || operation === null || Array.isArray(operation)) {
    throw new Error("it must be an object");
  }
  const members = operation as Operation;
  const path = parsePointer(members.path, "path");
  switch (members.op) {
    case "add":
      placeToAdd(document, path);
      return sizeOf(valueOf(members), path.length, room);
    case "replace":
    case "test":
      valueAt(document, path);
      return sizeOf(valueOf(members), path.length, room);
    case "remove":
      valueAt(document, path);
      return 0;
    case "move":
    case "copy":
      return checkTransfer(document, members, path, room);
    default:
      throw new Error('"op" must be add, remove, replace, move, copy or test');
  }
}

function checkTransfer(
  document: unknown,
  { op, from }: Operation,
  path: readonly string[],
  room: number,
): number {
  const source = parsePointer(from, "from");
  const value = valueAt(document, source);
  const isInside = source.length < path.length && source.every((token, at) => token === path[at]);
  if (op === "move" && isInside) throw new Error('"path" lies inside "from"');
  placeToAdd(document, path);
  return sizeOf(value, path.length, room);
}

function valueOf(members: Operation): unknown {
  if (!Object.hasOwn(members, "value")) throw new Error('"value" is missing');
  return members.value;
}

/** Approximate size of a value as JSON text. Stops at the limits, so it takes no longer than they allow. */
function sizeOf(value: unknown, depth: number, room: number): number {
  let size = 0;
  const open: { value: unknown; depth: number }[] = [{ value, depth }];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.depth > maxDepth) throw new Error(`nested more than ${maxDepth} levels`);
    size += 4;
    if (typeof next.value === "string") size += next.value.length;
    else if (typeof next.value === "object" && next.value !== null) {
      for (const [key, member] of Object.entries(next.value)) {
        size += key.length;
        open.push({ value: member, depth: next.depth + 1 });
      }
    }
    if (size > room) throw new Error(`the patch adds more than ${maxGrowth} characters`);
  }
  return size;
}

/** The library's messages contain the whole document, which must not reach logs or stores. */
function describe(index: number, operation: unknown, error: unknown): string {
  const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
  const path = (operation as { path?: unknown } | null)?.path;
  const place = typeof path === "string" ? ` at ${JSON.stringify(path.slice(0, 200))}` : "";
  return `operation ${index}${place}: ${reason}`;
}
