/**
 * A limit on the nesting of values: code that goes through a deeper one exhausts the stack.
 *
 * @module
 */

/** Most levels of lists and mappings inside one another. */
const maxDepth = 100;

/** What is wrong with a value of more levels. */
export const tooDeep = `lists and mappings must be nested at most ${maxDepth} levels deep`;

/** Whether a value has more than 100 levels. */
export function isTooDeep(value: unknown): boolean {
  let layer = structuresOf([value]);
  for (let depth = 1; layer.size > 0; depth++) {
    if (depth > maxDepth) return true;
    layer = structuresOf([...layer].flatMap((item) => Object.values(item)));
  }
  return false;
}

/** Each structure once, however many aliases name it. */
function structuresOf(values: readonly unknown[]): Set<object> {
  return new Set(
    values.filter((value): value is object => typeof value === "object" && value !== null),
  );
}
