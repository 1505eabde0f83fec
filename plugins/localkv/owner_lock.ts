/**
 * One process owns a folder. The lock is the operating system's on an open file, so it ends with the
 * process however that ends; the file itself stays and only tells who holds it.
 *
 * @module
 */
import { AgentError, describeError } from "../../core/errors/mod.ts";

/** Name of the lock file. */
const lockName = "localkv.lock";

/** The ownership of a folder, until disposed of. */
export class OwnerLock implements Disposable {
  readonly #file: Deno.FsFile;
  #held = true;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /**
   * Takes the folder, creating it if it is missing.
   *
   * @throws {AgentError} `store_owned` when another store has it, here or in another process;
   * `store_failed` when the folder cannot be written.
   */
  static take(folder: string): OwnerLock {
    const path = `${folder}/${lockName}`;
    let file: Deno.FsFile | undefined;
    try {
      Deno.mkdirSync(folder, { recursive: true });
      file = Deno.openSync(path, { read: true, write: true, create: true });
      if (!file.tryLockSync(true)) throw ownedError(folder, path);
      file.truncateSync(0);
      file.writeSync(new TextEncoder().encode(`${Deno.pid}\n`));
      return new OwnerLock(file);
    } catch (cause) {
      file?.close();
      if (cause instanceof AgentError) throw cause;
      throw new AgentError(
        "store_failed",
        `Cannot open the embedded store in ${folder}: ${describeError(cause)}; make the folder ` +
          "writable or set another one (localkv.folder, paths.data)",
        { cause },
      );
    }
  }

  /** Lets go of the folder. May be called twice. */
  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#held = false;
    this.#file.close();
  }
}

function ownedError(folder: string, path: string): AgentError {
  const pid = Deno.readTextFileSync(path).trim();
  const owner = pid === "" ? "another process" : `process ${pid}`;
  return new AgentError(
    "store_owned",
    `Cannot open the embedded store in ${folder}: ${owner} owns it; stop that process, or set ` +
      "another folder (localkv.folder, paths.data)",
  );
}
