/**
 * Books: what a route accepted and the outcome of each item, with a sum that must match. A book counts; it
 * neither delivers nor decides what may be dropped.
 *
 * @module
 */
export { Book, type BookOptions, type BookSnapshot } from "./book.ts";
export { bookFile } from "./book_file.ts";
export { Books, type BooksSnapshot, type BookStore } from "./books.ts";
