/** A folder that exists as long as its variable: `using folder = tempDir();`. */
export interface TempDir extends Disposable {
  /** Absolute path of the folder. */
  readonly path: string;
  /** Absolute path of an entry of the folder, such as `join("logs", "a.log")`. */
  join(...names: string[]): string;
}

/** Options of {@linkcode tempDir}. */
export interface TempDirOptions {
  /** First part of the folder's name. Default `cim-test-`. */
  readonly prefix?: string;
  /** Sub-folders to make. Default: none. */
  readonly folders?: readonly string[];
}

/**
 * Makes an empty folder in the system's folder for temporary files. Disposing removes it with everything in
 * it, also when permissions of a sub-folder were taken away; disposing again does nothing.
 */
export function tempDir(options: TempDirOptions = {}): TempDir {
  const { prefix = "cim-test-", folders = [] } = options;
  const path = Deno.makeTempDirSync({ prefix });
  for (const folder of folders) Deno.mkdirSync(`${path}/${folder}`, { recursive: true });
  return {
    path,
    join: (...names) => [path, ...names].join("/"),
    [Symbol.dispose]() {
      try {
        makeRemovable(path);
        Deno.removeSync(path, { recursive: true });
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    },
  };
}

/** Gives the owner all rights on the folders below `path`: a read-only folder cannot be emptied. */
function makeRemovable(path: string): void {
  Deno.chmodSync(path, 0o700);
  for (const { name, isDirectory } of Deno.readDirSync(path)) {
    if (isDirectory) makeRemovable(`${path}/${name}`);
  }
}
