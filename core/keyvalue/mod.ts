/**
 * The contract of all key-value stores, a store in memory, codecs, and {@linkcode listAndWatch}. Stores on
 * disk and clients of servers are in `plugins/`; nothing here uses a network or a disk.
 *
 * {@linkcode RevisionStore} with a {@linkcode RevisionTable}, {@linkcode WatchChannel}, the checks,
 * {@linkcode swapBy}, {@linkcode deleteBy} and {@linkcode deleteResult} are building blocks for further stores.
 *
 * @module
 */
export { changesBytes, entryBytes, equalBytes } from "./bytes.ts";
export {
  checkDelete,
  checkKey,
  checkList,
  checkPrefix,
  checkPut,
  checkTransaction,
  checkWatch,
  defaultMaxDeletedBytes,
  defaultMaxPending,
  defaultMaxPendingBytes,
  defaultMaxWatchBytes,
  defaultPageBytes,
  defaultPageSize,
  maxTransactionSize,
} from "./check.ts";
export { bytesCodec, type Codec, jsonCodec, textCodec } from "./codec.ts";
export { deleteBy, swapBy } from "./compare.ts";
export type * from "./contract.ts";
export { deleteResult } from "./delete_result.ts";
export { storeErrors } from "./errors.ts";
export { compareKeys, prefixEnd } from "./key.ts";
export { listAndWatch, type ListAndWatchOptions, type SyncState } from "./list_and_watch.ts";
export { memoryStore, type MemoryStoreOptions } from "./memory_store.ts";
export { PendingBudget, type PendingHolder } from "./pending_budget.ts";
export { prefixView } from "./prefix_view.ts";
export { RevisionStore } from "./revision_store.ts";
export type { RevisionStoreOptions } from "./revision_store_options.ts";
export type {
  HistoryRange,
  ListRange,
  RevisionTable,
  StoredBatch,
  StoredChange,
  StoredEntry,
} from "./revision_table.ts";
export {
  type TypedChange,
  type TypedEntry,
  type TypedStore,
  typedStore,
  type TypedStoreOptions,
} from "./typed_store.ts";
export { unavailableStore } from "./unavailable_store.ts";
export { WatchChannel, type WatchChannelOptions } from "./watch_channel.ts";
