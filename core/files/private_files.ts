/**
 * Files that only the user of the process may read or write, independent of its umask.
 *
 * @module
 */

const fileMode = 0o600;
const folderMode = 0o700;
const othersMask = 0o077;

/** Creates a folder with mode 0700, and missing parent folders. The mode of an existing folder is not changed. */
export function makePrivateFolder(path: string): void {
  if (isFolder(path)) return;
  Deno.mkdirSync(path, { recursive: true, mode: folderMode });
  // The umask may have removed bits that the owner needs.
  if (Deno.build.os !== "windows") Deno.chmodSync(path, folderMode);
}

/**
 * Creates an empty file with mode 0600 unless the file exists. An existing file is neither opened, because
 * closing it would release the locks that this process holds on it, nor is its mode changed.
 */
export function makePrivateFile(path: string): void {
  try {
    Deno.openSync(path, { write: true, createNew: true, mode: fileMode }).close();
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw error;
  }
  makePrivate(path);
}

/** Narrows the mode of an existing file to 0600 when other users have access to it. */
export function makePrivate(path: string): void {
  const { mode } = Deno.statSync(path);
  // Windows has no modes.
  if (mode === null) return;
  if ((mode & othersMask) !== 0 || (mode & fileMode) !== fileMode) Deno.chmodSync(path, fileMode);
}

function isFolder(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
