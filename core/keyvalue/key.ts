/**
 * The order and the ranges of keys. Keys compare by their UTF-8 bytes, as they do in etcd and SQLite;
 * JavaScript compares UTF-16 units, which differs for characters beyond U+FFFF.
 *
 * @module
 */

/** Orders two keys by their UTF-8 bytes: below 0, 0 or above 0. */
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
 * The first key after all that start with the prefix, or undefined when there is none: the empty prefix
 * reaches to the end of the key space.
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

/** Puts surrogates, which stand for characters beyond U+FFFF, after all other units. */
function byteRank(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800;
  return unit >= 0xd800 ? unit + 0x2000 : unit;
}
