/**
 * The embedded, durable store: the key-value contract on one file in one folder.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import { AgentError, describeError } from "../../core/errors/mod.ts";
import { makePrivate, makePrivateFile, makePrivateFolder } from "../../core/files/mod.ts";
import { RevisionStore } from "../../core/keyvalue/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { type Duration, milliseconds } from "../../core/units/mod.ts";
import { type FileIdentity, fileProblem, identifyFile } from "./_file_identity.ts";
import { readOwner, writeOwner } from "./_owner.ts";
import { folderError, isLocked, ownedError } from "./errors.ts";
import { SqliteTable } from "./sqlite_table.ts";

/** Options of {@linkcode LocalStore.open}. */
export interface LocalStoreOptions {
  /** Folder of the store's files; created when it does not exist. */
  folder: string;
  /** Clock to use for expiry and the age of the history. Default: {@linkcode systemClock}. */
  clock?: Clock;
  /** Logger for failures in the background. Default: none. */
  log?: Logger;
  /**
   * What a completed write survives: `process` (the default), a crash of the process; `power`, also a
   * crash of the machine, at the cost of one disk sync per write.
   */
  durability?: "process" | "power";
  /** Maximum size of the file in bytes. Default 256 MiB, at least 256 KiB. */
  maxBytes?: number;
  /** Maximum size of a value in bytes. Default 1.5 MiB, as in etcd. */
  maxValueBytes?: number;
  /** Maximum bytes that all watches together keep for slow readers. Default 64 MiB, at least 1. */
  maxWatchBytes?: number;
  /** Maximum changes kept, so that watches and lists can start at a past revision. Default 10,000, at least 1. */
  maxHistory?: number;
  /** Maximum age of these changes, in milliseconds or as a text such as `"1d"`. Default `"1d"`. */
  maxHistoryAgeMs?: Duration;
}

/** Statistics of a {@linkcode LocalStore}. */
export interface LocalStoreStats {
  /** The current revision. */
  readonly revision: number;
  /** Number of changes in the history. */
  readonly historySize: number;
  /** How often the history was trimmed. */
  readonly compactions: number;
  /** Size of the file in bytes, without its write-ahead log. */
  readonly fileBytes: number;
  /** Reads and writes of the file that failed. */
  readonly failures: number;
}

const mebibyte = 1024 * 1024;

/**
 * A key-value store in a folder of its own. Revisions, times to live and history survive a restart and
 * `kill -9`.
 *
 * @example
 * ```ts
 * import { LocalStore } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * {
 *   await using store = LocalStore.open({ folder });
 *   await store.put("a", new TextEncoder().encode("1"));
 * }
 * await using again = LocalStore.open({ folder });
 * assert.equal((await again.get("a"))?.revision, 1);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export class LocalStore extends RevisionStore {
  readonly #table: SqliteTable;
  readonly #file: FileIdentity;

  private constructor(table: SqliteTable, file: FileIdentity, options: LocalStoreOptions) {
    const { clock, log, maxValueBytes = 1.5 * mebibyte } = options;
    super(table, {
      name: "embedded store",
      maxValueBytes,
      maxWatchBytes: options.maxWatchBytes,
      clock,
      onExpiryFailure: (error) => log?.error("Cannot delete expired keys; retrying", { error }),
    });
    this.#table = table;
    this.#file = file;
  }

  /**
   * Opens the store; creates it when the folder is empty.
   *
   * @throws {AgentError} `store_owned` when another process uses it, `store_corrupt` when the file is
   * damaged or belongs to another program, `store_failed` when the folder cannot be used.
   */
  static open(options: LocalStoreOptions): LocalStore {
    const { folder, durability = "process", maxBytes = 256 * mebibyte } = options;
    const { maxHistory = 10_000, log } = options;
    const maxHistoryAgeMs = milliseconds(options.maxHistoryAgeMs ?? "1d", "maxHistoryAgeMs");
    if (folder === "") throw new TypeError("Cannot open the embedded store: folder is empty");
    if (!(maxBytes >= mebibyte / 4) || !(maxHistory >= 1) || !(maxHistoryAgeMs > 0)) {
      throw new RangeError(
        `Cannot open the embedded store: maxBytes ${maxBytes} (at least 262144), maxHistory ` +
          `${maxHistory} (at least 1) or maxHistoryAgeMs ${maxHistoryAgeMs} (above 0) is too small`,
      );
    }
    const path = `${folder}/localkv.sqlite`;
    const tableOptions = { durability, maxBytes, maxHistory, maxHistoryAgeMs };
    try {
      using rollback = new DisposableStack();
      makePrivateFolder(folder);
      makePrivateFile(path);
      narrowModes([path, `${path}-wal`], log);
      const table = rollback.use(new SqliteTable(path, tableOptions));
      const store = new LocalStore(table, identifyFile(path), options);
      noteOwner(folder, log);
      rollback.move();
      return store;
    } catch (cause) {
      if (isLocked(cause)) throw ownedError(folder, readOwner(folder));
      if (cause instanceof AgentError || cause instanceof RangeError) throw cause;
      throw folderError(folder, cause);
    }
  }

  /** Statistics, for metrics. */
  get stats(): LocalStoreStats {
    const { revision, historySize, compactions, fileBytes, failures } = this.#table;
    return { revision, historySize, compactions, fileBytes, failures };
  }

  /**
   * Why entries may not survive a restart: the file was deleted or replaced, or the last write failed.
   * Undefined when all is well.
   */
  problem(): string | undefined {
    const lost = fileProblem(this.#file);
    if (lost) {
      return `${lost}; restart the agent, else its entries are lost when it stops`;
    }
    return this.#table.lastFailure?.message;
  }
}

/** Narrows the modes of existing files. A file of another user stays as it is: the store works with it. */
function narrowModes(paths: readonly string[], log: Logger | undefined): void {
  for (const path of paths) {
    try {
      makePrivate(path);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) continue;
      log?.warn(`Cannot make ${path} private to this user`, { error });
    }
  }
}

/** The note only informs other processes, so a failure to write it does not keep the store from working. */
function noteOwner(folder: string, log: Logger | undefined): void {
  try {
    writeOwner(folder);
  } catch (error) {
    log?.warn(`Cannot note the owner in ${folder}: ${describeError(error)}`, { error });
  }
}
