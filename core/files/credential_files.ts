/**
 * Files that others write and replace while the program runs, such as certificates and tokens.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";

/**
 * Reads a text file, and only a file: a read of a named pipe would wait for a writer without limit, and one of a device
 * might never end.
 *
 * @throws {TypeError} When the path is of something else; other errors of the runtime are thrown as they are.
 */
export async function readRegularFile(path: string): Promise<string> {
  checkKind(await Deno.stat(path));
  return await Deno.readTextFile(path);
}

/** As {@linkcode readRegularFile}, for the start of a part. A pipe would stop the whole process there. */
export function readRegularFileSync(path: string): string {
  checkKind(Deno.statSync(path));
  return Deno.readTextFileSync(path);
}

function checkKind({ isFile, isDirectory }: Deno.FileInfo): void {
  if (isFile) return;
  const kind = isDirectory ? "a folder" : "a pipe, socket or device";
  throw new TypeError(`it is ${kind}, not a regular file`);
}

/** Reads a text file; undefined when it does not exist. Other errors of the runtime are thrown as they are. */
export async function findFileText(path: string): Promise<string | undefined> {
  try {
    return await readRegularFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/**
 * Reads a text file that the configuration names.
 *
 * @throws {AgentError} `config_unreadable` when it cannot be read.
 */
export async function readNamedFile(path: string): Promise<string> {
  try {
    return await readRegularFile(path);
  } catch (cause) {
    throw new AgentError("config_unreadable", `Cannot read ${path}: ${describeError(cause)}`, {
      cause,
    });
  }
}

/** A text that changes when one of the files changes, appears or goes: inode, size and time of each. Never rejects. */
export async function filesFingerprint(paths: Iterable<string>): Promise<string> {
  const stats = Array.from(paths, async (path) => {
    try {
      const { ino, size, mtime } = await Deno.stat(path);
      return `${ino} ${size} ${mtime?.getTime()}`;
    } catch (error) {
      return describeError(error);
    }
  });
  return (await Promise.all(stats)).join("\n");
}
