/**
 * The bcrypt library, and where a worker finds it.
 *
 * A worker needs an address to import. Where the program runs from source, from a URL or from the one-file bundle, that
 * is the npm package. A compiled binary may hold no npm packages, only modules; then it is the address of this module,
 * which the binary holds as a module of its own, because it is imported dynamically.
 *
 * @module
 */

/** Loads the library. */
export async function loadBcrypt(): Promise<{ compareSync(given: string, hash: string): boolean }> {
  const { compareSync } = await import("npm:bcryptjs@3.0.3");
  return { compareSync };
}

/** Expression of a worker's source: a promise of an object with `compareSync`. */
export function importExpression(isStandalone: boolean): string {
  return isStandalone
    ? `import(${JSON.stringify(import.meta.url)}).then(({ loadBcrypt }) => loadBcrypt())`
    : `import("npm:bcryptjs@3.0.3")`;
}
