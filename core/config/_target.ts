/**
 * Names of keys: `section.key` in files and flags, and variables of the environment.
 *
 * @module
 */

/** The variable of a key, `<prefix><SECTION>_<KEY>` with dashes as underscores; undefined without a prefix. */
export function environmentKey(prefix: string | undefined, target: string): string | undefined {
  if (prefix === undefined) return undefined;
  return `${prefix}${target.replace(/[.-]/g, "_").toUpperCase()}`;
}

/** Section and key of `section.key`. */
export function splitTarget(target: string): [string, string] {
  const at = target.indexOf(".");
  return [target.slice(0, at), target.slice(at + 1)];
}
