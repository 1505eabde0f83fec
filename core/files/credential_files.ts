/**
 * Files that others write and replace while the program runs, such as certificates and tokens.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";

/** Reads a text file; undefined when it does not exist. Other errors of the runtime are thrown as they are. */
export async function findFileText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
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
    return await Deno.readTextFile(path);
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
