/**
 * Argument checks shared by all stores: each refuses misuse with the same error text and before anything
 * is sent.
 *
 * @module
 */
import { type Duration, milliseconds } from "../units/mod.ts";
import type {
  DeleteOptions,
  ListOptions,
  PutOptions,
  Transaction,
  WatchOptions,
} from "./contract.ts";

/** Maximum conditions, and maximum operations, of one transaction; the default limit of etcd. */
export const maxTransactionSize = 128;

/** Default of {@linkcode ListOptions.pageSize}: entries that `list` fetches at a time. */
export const defaultPageSize = 500;

/** Default of {@linkcode ListOptions.pageBytes}: bytes that `list` fetches at a time. */
export const defaultPageBytes = 1024 * 1024;

/** Largest {@linkcode ListOptions.pageBytes}. */
const maxPageBytes = 64 * 1024 * 1024;

/** Default of {@linkcode WatchOptions.maxPendingBytes}: bytes that a watch keeps for a slow reader. */
export const defaultMaxPendingBytes = 16 * 1024 * 1024;

/** Default of {@linkcode DeleteOptions.maxBytes}: bytes of deleted entries that `delete` returns. */
export const defaultMaxDeletedBytes = 16 * 1024 * 1024;

/** Default limit of the bytes that all watches of one store keep for slow readers. */
export const defaultMaxWatchBytes = 64 * 1024 * 1024;

/** Default of {@linkcode WatchOptions.maxPending}: changes that a watch keeps for a slow reader. */
export const defaultMaxPending = 4_096;

/**
 * Checks a key.
 *
 * @throws {TypeError} When the key is empty, begins with a slash, contains NUL or a lone surrogate.
 */
export function checkKey(action: string, key: string): void {
  if (key === "") throw new TypeError(`Cannot ${action} key "": must not be empty`);
  checkText(action, "key", key);
}

/**
 * Checks a prefix of keys. The empty prefix is valid.
 *
 * @throws {TypeError} When the prefix begins with a slash, contains NUL or a lone surrogate.
 */
export function checkPrefix(action: string, prefix: string): void {
  checkText(action, "prefix", prefix);
}

/**
 * Checks the arguments of `put`.
 *
 * @throws {TypeError | RangeError} When options contradict each other or are out of range.
 */
export function checkPut(key: string, options: PutOptions): void {
  checkKey("put", key);
  checkTtl(key, options.ttlMs);
  checkRevision("put", key, options.ifRevision);
  if (options.ifAbsent && options.ifRevision !== undefined) {
    throw new TypeError(`Cannot put key "${key}": give ifAbsent or ifRevision, not both`);
  }
}

/**
 * Checks the arguments of `delete`.
 *
 * @throws {TypeError | RangeError} When options contradict each other or are out of range.
 */
export function checkDelete(key: string, options: DeleteOptions): void {
  if (!options.prefix) checkKey("delete", key);
  else checkPrefix("delete", key);
  checkRevision("delete", key, options.ifRevision);
  if (options.prefix && options.ifRevision !== undefined) {
    throw new TypeError(`Cannot delete prefix "${key}": ifRevision is for a single key`);
  }
  const { maxBytes } = options;
  if (maxBytes !== undefined && !isInteger(maxBytes, 0)) {
    throw new RangeError(`Cannot delete "${key}": maxBytes ${maxBytes}, wanted 0 or more`);
  }
}

/**
 * Checks the arguments of `list`.
 *
 * @throws {TypeError | RangeError} When the prefix or an option is invalid.
 */
export function checkList(prefix: string, { pageSize, pageBytes, revision }: ListOptions): void {
  checkPrefix("list", prefix);
  if (pageSize !== undefined && !isInteger(pageSize, 1, 10_000)) {
    throw new RangeError(`Cannot list prefix "${prefix}": pageSize ${pageSize}, wanted 1 to 10000`);
  }
  if (pageBytes !== undefined && !isInteger(pageBytes, 1, maxPageBytes)) {
    throw new RangeError(
      `Cannot list prefix "${prefix}": pageBytes ${pageBytes}, wanted 1 to ${maxPageBytes}`,
    );
  }
  checkRevision("list", prefix, revision);
}

/**
 * Checks the arguments of `watch`.
 *
 * @throws {TypeError | RangeError} When the prefix or an option is invalid.
 */
export function checkWatch(prefix: string, options: WatchOptions): void {
  const { fromRevision, maxPending, maxPendingBytes } = options;
  checkPrefix("watch", prefix);
  checkRevision("watch", prefix, fromRevision);
  for (const [name, value] of Object.entries({ maxPending, maxPendingBytes })) {
    if (value !== undefined && !isInteger(value, 1)) {
      throw new RangeError(`Cannot watch prefix "${prefix}": ${name} ${value}, wanted 1 or more`);
    }
  }
}

/**
 * Checks a transaction.
 *
 * @throws {TypeError | RangeError} When a key is invalid or written twice, or when there are more than
 * {@linkcode maxTransactionSize} conditions or operations.
 */
export function checkTransaction({ conditions = [], operations }: Transaction): void {
  for (const [name, list] of [["conditions", conditions], ["operations", operations]] as const) {
    if (list.length > maxTransactionSize) {
      throw new RangeError(
        `Cannot run transaction: ${list.length} ${name}, at most ${maxTransactionSize} are allowed`,
      );
    }
  }
  for (const { key } of conditions) checkKey("compare", key);
  const written = new Set<string>();
  for (const operation of operations) {
    checkKey(operation.type, operation.key);
    if (operation.type === "put") checkTtl(operation.key, operation.ttlMs);
    if (written.has(operation.key)) {
      throw new TypeError(`Cannot run transaction: key "${operation.key}" is written twice`);
    }
    written.add(operation.key);
  }
}

function checkText(action: string, what: string, text: string): void {
  if (text.startsWith("/")) {
    throw new TypeError(`Cannot ${action} ${what} "${text}": must not begin with a slash`);
  }
  if (text.includes("\0") || !text.isWellFormed()) {
    throw new TypeError(
      `Cannot ${action} ${what} ${JSON.stringify(text)}: must be UTF-8 text without NUL`,
    );
  }
}

function checkTtl(key: string, ttlMs: Duration | undefined): void {
  if (ttlMs === undefined) return;
  const value = milliseconds(ttlMs, "ttlMs");
  if (!(value > 0 && Number.isFinite(value))) {
    throw new RangeError(`Cannot put key "${key}": ttlMs ${ttlMs}, wanted above 0`);
  }
}

function checkRevision(action: string, key: string, revision: number | undefined): void {
  if (revision !== undefined && !isInteger(revision, 1)) {
    throw new RangeError(`Cannot ${action} "${key}": revision ${revision}, wanted 1 or more`);
  }
}

function isInteger(value: number, min: number, max = Number.MAX_SAFE_INTEGER): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= max;
}
