/**
 * One process owns a folder. The lock is an exclusive transaction on a database of its own that holds
 * nothing: the operating system ends it with the process, however that ends. A file lock of the runtime
 * would do the same, but runtimes before 2.9 cannot try one without waiting for it. Who the owner is
 * stands in a file beside it, which only informs.
 *
 * @module
 */
import { localkvErrors } from "./errors.ts";
import { storeErrors } from "../../core/keyvalue/mod.ts";
import { DatabaseSync } from "node:sqlite";
import { AgentError, describeError } from "../../core/errors/mod.ts";

/** Name of the database that is locked. */
const lockName = "localkv.lock";
/** Name of the file that tells who holds the lock. */
const ownerName = "localkv.owner";

/** The ownership of a folder, until disposed of. */
export class OwnerLock implements Disposable {
  readonly #database: DatabaseSync;
  #held = true;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /**
   * Takes the folder, creating it if it is missing.
   *
   * @throws {AgentError} `store_owned` when another store has it, here or in another process;
   * `store_failed` when the folder cannot be written.
   */
  static take(folder: string): OwnerLock {
    let database: DatabaseSync | undefined;
    try {
      Deno.mkdirSync(folder, { recursive: true });
      database = new DatabaseSync(`${folder}/${lockName}`);
      lock(database, folder);
      Deno.writeTextFileSync(`${folder}/${ownerName}`, `${Deno.pid}\n`);
      return new OwnerLock(database);
    } catch (cause) {
      database?.close();
      if (cause instanceof AgentError) throw cause;
      throw new AgentError(
        storeErrors.store_failed,
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
    this.#database.close();
  }
}

/** Begins the transaction that is never ended, without waiting for another one. */
function lock(database: DatabaseSync, folder: string): void {
  try {
    database.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    // The library gives no code for this, in the versions there are.
    if (error instanceof Error && /database is locked/.test(error.message)) {
      throw ownedError(folder);
    }
    throw error;
  }
}

function ownedError(folder: string): AgentError {
  return new AgentError(
    localkvErrors.store_owned,
    `Cannot open the embedded store in ${folder}: ${ownerOf(folder)} owns it; stop that process, ` +
      "or set another folder (localkv.folder, paths.data)",
  );
}

function ownerOf(folder: string): string {
  try {
    return `process ${Deno.readTextFileSync(`${folder}/${ownerName}`).trim()}`;
  } catch (error) {
    // It took the lock and has not said who it is yet.
    if (error instanceof Deno.errors.NotFound) return "another process";
    throw error;
  }
}
