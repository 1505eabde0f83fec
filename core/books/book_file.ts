/**
 * Books in one JSON file. A save writes a second file and renames it over the first, so a crash leaves either
 * the previous books or the new ones, never a torn file.
 *
 * @module
 */
import { AgentError, describeError } from "../errors/mod.ts";
import type { BookSnapshot } from "./book.ts";
import type { BooksSnapshot, BookStore } from "./books.ts";

/**
 * Creates the store at `path`, without reading or writing. The folder must exist when books are saved. Only
 * the owner can read the file (mode 0600, whatever the umask).
 *
 * `load` throws `value_invalid` when the content is not that of a book file, and `unavailable` when the file
 * cannot be read. `save` throws `unavailable` when the file cannot be written.
 *
 * @example
 * ```ts
 * import { bookFile } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(await bookFile("/no/such/books.json").load(), undefined);
 * ```
 */
export function bookFile(path: string): BookStore {
  return {
    async load() {
      let text: string;
      try {
        text = await Deno.readTextFile(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw unavailable("read", path, error);
      }
      const books = parse(text);
      if (books === undefined) {
        throw new AgentError(
          "value_invalid",
          `Cannot read books from "${path}": not a book file; move it away to start with empty books`,
        );
      }
      return books;
    },
    async save(books) {
      const next = `${path}.next`;
      try {
        await Deno.writeTextFile(next, JSON.stringify(books), { mode: 0o600 });
        await Deno.rename(next, path);
      } catch (error) {
        throw unavailable("write", path, error);
      }
    },
  };
}

function unavailable(action: string, path: string, cause: unknown): AgentError {
  const text = `Cannot ${action} books at "${path}": ${describeError(cause)}`;
  return new AgentError("unavailable", text, { cause });
}

function parse(text: string): BooksSnapshot | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The caller reports it as "not a book file".
    return undefined;
  }
  return isRecord(value) && Object.values(value).every(isBook) ? value as BooksSnapshot : undefined;
}

function isBook(value: unknown): value is BookSnapshot {
  if (!isRecord(value)) return false;
  const numbers = [value.accepted, value.delivered, value.spooled, value.inFlight];
  const counts = [value.rejected, value.dropped];
  return numbers.every(isCount) &&
    counts.every((record) => isRecord(record) && Object.values(record).every(isCount));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
