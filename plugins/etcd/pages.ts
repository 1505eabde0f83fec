/**
 * Splits a list into pages that are bounded in entries and bytes. etcd can only limit the number of entries, so
 * the first page is small, and each further one is sized by the average entry of the page before. The client
 * refuses a page of more than 4 MiB before reading it; the page is then requested again with half as many
 * entries. A single entry is never refused.
 *
 * @module
 */
import { defaultPageBytes, defaultPageSize, type ListOptions } from "../../core/keyvalue/mod.ts";
import { keyAfter } from "./_pairs.ts";
import type { KeyRange, Pair, RangeRequest, RangeResult } from "./driver.ts";
import { isMessageTooLarge } from "./errors.ts";

/** Entries of the first page, and the largest growth from one page to the next. */
const firstLimit = 2;
const maxGrowth = 4;

/** Larger pages would often be refused. */
const maxPageBytes = 2 * 1024 * 1024;

/** The pages of one list. */
export class Pages {
  readonly #end: Uint8Array;
  readonly #maxLimit: number;
  readonly #maxBytes: number;
  #key: Uint8Array;
  #revision: number | undefined;
  #limit: number;
  #isDone = false;

  /** Begins at the start of the range. */
  constructor({ key, end }: Required<KeyRange>, options: ListOptions) {
    const { pageSize = defaultPageSize, pageBytes = defaultPageBytes, revision } = options;
    this.#key = key;
    this.#end = end;
    this.#revision = revision;
    this.#maxLimit = pageSize;
    this.#maxBytes = Math.min(pageBytes, maxPageBytes);
    this.#limit = Math.min(pageSize, options.keysOnly ? pageSize : firstLimit);
  }

  /** Whether all pages were received. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The request for the next page. */
  get request(): RangeRequest {
    return {
      key: this.#key,
      end: this.#end,
      limit: this.#limit,
      revision: this.#revision,
      isPage: this.#limit > 1,
    };
  }

  /** Continues after a page, at the same revision. */
  received({ revision, pairs }: RangeResult): void {
    this.#isDone = pairs.length < this.#limit;
    if (this.#isDone) return;
    this.#revision ??= revision;
    this.#key = keyAfter(pairs[pairs.length - 1].key);
    const average = pairs.reduce((sum, pair) => sum + pairBytes(pair), 0) / pairs.length;
    const fitting = Math.floor(this.#maxBytes / average);
    this.#limit = Math.max(1, Math.min(fitting, this.#limit * maxGrowth, this.#maxLimit));
  }

  /** After a page that is too large: halves the page. Throws any other error, and that of a single entry. */
  shrink(error: unknown): undefined {
    if (!isMessageTooLarge(error) || this.#limit === 1) throw error;
    this.#limit = Math.floor(this.#limit / 2);
  }
}

function pairBytes({ key, value }: Pair): number {
  return key.length + value.length + 128;
}
