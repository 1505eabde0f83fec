/**
 * The embedded, durable store: the contract of `core/keyvalue` over one file in one folder.
 *
 * @module
 */
import type { Clock } from "../../core/async/mod.ts";
import { describeError } from "../../core/errors/mod.ts";
import { RevisionStore } from "../../core/keyvalue/mod.ts";
import type { Logger } from "../../core/log/mod.ts";
import { OwnerLock } from "./owner_lock.ts";
import { SqliteTable } from "./sqlite_table.ts";

/** Options of {@linkcode LocalStore.open}. */
export interface LocalStoreOptions {
  /** Folder of the store's files; created if it is missing. */
  folder: string;
  /** Source of time, for expiry and the age of the history. Default: the machine's. */
  clock?: Clock;
  /** Where trouble in the background is told. Default: nowhere. */
  log?: Logger;
  /**
   * What a finished write survives: `process`, the end of the process however it comes (the default);
   * `power`, that of the machine too, for a sync to the disk with every write.
   */
  durability?: "process" | "power";
  /** Largest file in bytes, at least 256 KiB. Default 256 MiB. */
  maxBytes?: number;
  /** Largest value in bytes. Default 1.5 MiB, as etcd. */
  maxValueBytes?: number;
  /** Changes kept for watches and lists of the past. Default 10,000. */
  maxHistory?: number;
  /** Age of these at most. Default one day. */
  maxHistoryAgeMs?: number;
}

/** Plain numbers about a {@linkcode LocalStore}. */
export interface LocalStoreStats {
  /** The current revision. */
  readonly revision: number;
  /** Changes in the history. */
  readonly historySize: number;
  /** How often the history was shortened. */
  readonly compactions: number;
  /** Bytes of the file, without its write-ahead log. */
  readonly fileBytes: number;
}

const mebibyte = 1024 * 1024;

/**
 * A key-value store in a folder that one process owns. It keeps revisions, times to live and history
 * across restarts and kills.
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
  readonly #lock: OwnerLock;

  private constructor(table: SqliteTable, lock: OwnerLock, options: LocalStoreOptions) {
    const { clock, log, maxValueBytes = 1.5 * mebibyte } = options;
    super(table, {
      name: "embedded store",
      maxValueBytes,
      clock,
      onExpiryFailure: (error) =>
        log?.error("Cannot remove expired keys, trying again", { error: describeError(error) }),
    });
    this.#table = table;
    this.#lock = lock;
  }

  /**
   * Opens the store, or creates it in an empty folder.
   *
   * @throws {AgentError} `store_owned` when another process has it open, `store_corrupt` when the file
   * is damaged, `store_failed` when the folder cannot be used.
   */
  static open(options: LocalStoreOptions): LocalStore {
    const { folder, durability = "process", maxBytes = 256 * mebibyte } = options;
    const { maxHistory = 10_000, maxHistoryAgeMs = 24 * 3_600_000 } = options;
    if (folder === "") throw new TypeError("Cannot open the embedded store: folder is empty");
    if (!(maxBytes >= mebibyte / 4) || !(maxHistory >= 1) || !(maxHistoryAgeMs > 0)) {
      throw new RangeError(
        `Cannot open the embedded store: maxBytes ${maxBytes} (at least 262144), maxHistory ` +
          `${maxHistory} (at least 1) or maxHistoryAgeMs ${maxHistoryAgeMs} (above 0) is too small`,
      );
    }
    using rollback = new DisposableStack();
    const lock = rollback.use(OwnerLock.take(folder));
    const tableOptions = { durability, maxBytes, maxHistory, maxHistoryAgeMs };
    const table = rollback.use(new SqliteTable(`${folder}/localkv.sqlite`, tableOptions));
    const store = new LocalStore(table, lock, options);
    rollback.move();
    return store;
  }

  /** Plain numbers for metrics. */
  get stats(): LocalStoreStats {
    const { revision, historySize, compactions, fileBytes } = this.#table;
    return { revision, historySize, compactions, fileBytes };
  }

  /** Ends the watches, closes the file and lets go of the folder. May be called twice. */
  override async close(): Promise<void> {
    await super.close();
    this.#lock[Symbol.dispose]();
  }
}
