import { describeError } from "../../core/errors/mod.ts";

/** A path and the file that it named when the store was opened. */
export interface FileIdentity {
  readonly path: string;
  readonly device: number;
  /** Inode; null where the file system has none. */
  readonly inode: number | null;
}

/** Identifies the file at a path. */
export function identifyFile(path: string): FileIdentity {
  const { dev: device, ino: inode } = Deno.statSync(path);
  return { path, device, inode };
}

/** Why the path no longer names the same file; undefined when it does. */
export function fileProblem({ path, device, inode }: FileIdentity): string | undefined {
  try {
    const current = Deno.statSync(path);
    if (current.dev === device && current.ino === inode) return undefined;
    return `${path} was replaced while it was in use`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return `${path} was deleted while it was in use`;
    }
    return `${path} cannot be checked (${describeError(error)})`;
  }
}
