/**
 * Books: what became of everything a route accepted, with the sum that must come out. They count and
 * keep; they neither deliver nor decide what may be dropped.
 *
 * @module
 */
export { Book, type BookOptions, type BookSnapshot } from "./book.ts";
export { bookFile } from "./book_file.ts";
export { Books, type BooksSnapshot, type BookStore } from "./books.ts";
