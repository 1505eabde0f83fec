/**
 * The folder of the log files. Other pods of the node, and their applications, may write to it as well.
 *
 * Invariant: whatever is in the folder, a file opened here is a regular file with one link and is itself the
 * entry of that name, never what a link points to. It is checked again after opening, since the entry may be
 * replaced in between; nothing is written, cut or read before that.
 *
 * @module
 */
import { AgentError, describeError } from "../../../core/errors/mod.ts";
import { logErrors } from "../errors.ts";

/** Options of {@linkcode LogFolder}. */
export interface LogFolderOptions {
  /** Path of the folder. */
  readonly path: string;
  /** Mode of new files, less the umask. */
  readonly fileMode: number;
  /** Mode of the folder when it is created, less the umask. */
  readonly folderMode: number;
}

/** An open file that passed all checks, with what the system says about it. */
export interface CheckedFile {
  /** The file, for reading and appending. */
  readonly file: Deno.FsFile;
  /** State of the file after it was opened. */
  readonly info: Deno.FileInfo;
}

/** Creates the folder and opens files in it. */
export class LogFolder {
  /** Path of the folder. */
  readonly path: string;
  readonly #fileMode: number;
  readonly #folderMode: number;

  /** Touches nothing yet. */
  constructor({ path, fileMode, folderMode }: LogFolderOptions) {
    this.path = path;
    this.#fileMode = fileMode;
    this.#folderMode = folderMode;
  }

  /** Opens the regular file of that path for appending; creates it when nothing is there. */
  async open(path: string): Promise<CheckedFile> {
    await this.#create();
    const entry = await entryAt(path);
    const file = entry === undefined
      ? await Deno.open(path, { read: true, append: true, createNew: true, mode: this.#fileMode })
      : await openExisting(path, entry);
    try {
      const info = await file.stat();
      const now = await entryAt(path);
      if (now === undefined || !isSame(now, info)) throw notOurs(path, "it was replaced");
      checkEntry(path, info);
      return { file, info };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Writes and removes a file with a random name. Returns the user to whom the file system attributes new files,
   * which is not always the user of the process; null where files have no owner.
   *
   * @throws {AgentError} `log_unwritable` when the folder cannot be created or written.
   */
  async probe(): Promise<number | null> {
    const path = `${this.path}/.probe-${crypto.randomUUID()}`;
    try {
      await this.#create();
      using file = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
      try {
        await file.write(new Uint8Array(1));
        return (await file.stat()).uid;
      } finally {
        await Deno.remove(path);
      }
    } catch (cause) {
      throw unwritable(`log folder "${this.path}"`, cause);
    }
  }

  #create(): Promise<void> {
    return Deno.mkdir(this.path, { recursive: true, mode: this.#folderMode });
  }
}

/** The error for a file or folder that cannot be written. */
export function unwritable(what: string, cause: unknown): AgentError {
  if (cause instanceof AgentError) return cause;
  return new AgentError(
    logErrors.log_unwritable,
    `Cannot write ${what}: ${describeError(cause)}; ` +
      "free space, correct the permissions or set `paths.logs`",
    { cause },
  );
}

/** The reason of a failure from a closed set, for metrics and for the policy of a full buffer. */
export function failureReason(error: unknown): string {
  const root = error instanceof AgentError ? error.cause : error;
  if (root === undefined) return "not_a_log_file";
  const code = root instanceof Error && "code" in root ? root.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT") return "disk_full";
  if (root instanceof Deno.errors.PermissionDenied || code === "EROFS") return "denied";
  return "io_error";
}

/** Whether the entry is a regular file with one link. */
export function isPlainFile({ isFile, nlink }: Deno.FileInfo): boolean {
  return isFile && (nlink === null || nlink === 1);
}

/** Whether both describe the same file. */
export function isSame(a: Deno.FileInfo, b: Deno.FileInfo): boolean {
  return a.ino === b.ino && a.dev === b.dev;
}

/** The directory entry itself, links not followed; undefined when nothing has that name. */
export async function entryAt(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.lstat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function openExisting(path: string, entry: Deno.FileInfo): Promise<Deno.FsFile> {
  checkEntry(path, entry);
  return Deno.open(path, { read: true, append: true });
}

function checkEntry(path: string, entry: Deno.FileInfo): void {
  if (isPlainFile(entry)) return;
  if (entry.isSymlink) throw notOurs(path, "it is a symbolic link");
  if (entry.isDirectory) throw notOurs(path, "it is a folder");
  throw notOurs(path, entry.isFile ? "it has several hard links" : "it is not a regular file");
}

function notOurs(path: string, why: string): AgentError {
  return new AgentError(
    logErrors.log_unwritable,
    `Cannot write log file "${path}": ${why}, and the agent writes only to regular files of its own; ` +
      "remove it, or set `paths.logs` to a folder that no one else writes to",
  );
}
