/* JSON Pointers, RFC 6901, resolved strictly: own members only, and array indexes without leading zeros. */

/** A place in a document: the container and the last token of the pointer; undefined for the document itself. */
export interface Place {
  readonly parent: object;
  readonly token: string;
}

/**
 * Splits a pointer into its tokens.
 *
 * @throws {Error} When it does not start with a slash, or has a `~` that is not followed by 0 or 1.
 */
export function parsePointer(pointer: unknown, name: string): string[] {
  if (typeof pointer !== "string") throw new Error(`"${name}" must be a text`);
  if (pointer === "") return [];
  if (!pointer.startsWith("/")) throw new Error(`"${name}" must be empty or start with a slash`);
  if (/~(?![01])/.test(pointer)) throw new Error(`"${name}" has a "~" not followed by 0 or 1`);
  return pointer.slice(1).split("/").map((token) =>
    token.replaceAll("~1", "/").replaceAll("~0", "~")
  );
}

/**
 * Finds the value at the tokens.
 *
 * @throws {Error} When there is none.
 */
export function valueAt(document: unknown, tokens: readonly string[]): unknown {
  let value = document;
  for (const token of tokens) value = memberOf(value, token);
  return value;
}

/**
 * Finds the place where a value can be added. Undefined for the document itself.
 *
 * @throws {Error} When its container does not exist or the index is out of range.
 */
export function placeToAdd(document: unknown, tokens: readonly string[]): Place | undefined {
  const token = tokens.at(-1);
  if (token === undefined) return undefined;
  const parent = valueAt(document, tokens.slice(0, -1));
  if (!isContainer(parent)) throw new Error("its container is not an object or array");
  if (Array.isArray(parent) && token !== "-") checkIndex(parent, token, parent.length);
  return { parent, token };
}

function memberOf(container: unknown, token: string): unknown {
  if (!isContainer(container)) throw missing(token);
  if (Array.isArray(container)) {
    checkIndex(container, token, container.length - 1);
    return container[Number(token)];
  }
  if (!Object.hasOwn(container, token)) throw missing(token);
  return (container as Record<string, unknown>)[token];
}

function checkIndex(array: readonly unknown[], token: string, max: number): void {
  if (!/^(0|[1-9]\d*)$/.test(token)) {
    throw new Error(`${JSON.stringify(token)} is not an array index`);
  }
  if (Number(token) > max) {
    throw new Error(`index ${token} is out of range: the array has ${array.length} items`);
  }
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function missing(token: string): Error {
  const text = JSON.stringify(token.length > 100 ? `${token.slice(0, 100)}...` : token);
  return new Error(`there is no member ${text}`);
}
