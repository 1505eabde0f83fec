/**
 * Order and ranges of keys. Keys are compared by their UTF-8 bytes, as in etcd and SQLite. JavaScript
 * compares UTF-16 code units, which gives another order for characters above U+FFFF.
 *
 * @module
 */

/** Compares two keys by their UTF-8 bytes; returns a negative number, 0 or a positive number. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return byteRank(x) - byteRank(y);
  }
  return a.length - b.length;
}

/**
 * The first possible key after all keys that start with the prefix; undefined when the prefix reaches to
 * the end of the key space, as the empty prefix does.
 */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix);
  while (points.length > 0) {
    const last = points.pop()!.codePointAt(0)!;
    if (last === 0x10ffff) continue;
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return points.join("") + String.fromCodePoint(next);
  }
  return undefined;
}

/** Ranks surrogates, which encode characters above U+FFFF, after all other code units. */
function byteRank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}
