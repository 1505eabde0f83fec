import assert from "node:assert/strict";
import { Book, Books } from "../../../core/books/mod.ts";

Deno.test("Book.unaccounted is 0 when each accepted item has an outcome or is in flight", () => {
  const book = new Book("logs", { inFlight: () => 4 });
  book.accepted = 15;
  book.delivered = 5;
  book.spooled = 1;
  book.reject("too_large", 2);
  book.drop("malformed");
  book.drop("overflow", 2);
  assert.equal(book.unaccounted, 0);
});

Deno.test("Book.unaccounted counts an item without an outcome", () => {
  const book = new Book("logs");
  book.accepted = 2;
  book.delivered = 1;
  assert.equal(book.unaccounted, 1);
});

Deno.test("Book.restore() adds the counters of the previous run and books what was in flight then as lost", () => {
  const previous = new Book("logs", { inFlight: () => 3 });
  previous.accepted = 10;
  previous.delivered = 6;
  previous.drop("malformed");
  const book = new Book("logs");
  book.accepted = 1;
  book.delivered = 1;
  book.restore(previous.snapshot());
  assert.deepEqual(
    [book.accepted, book.delivered, Object.fromEntries(book.dropped), book.unaccounted],
    [11, 7, { malformed: 1, lost_in_crash: 3 }, 0],
  );
});

Deno.test("Book.restore() does not drop what the route recovered and has in flight again", () => {
  const previous = new Book("logs", { inFlight: () => 3 });
  previous.accepted = 3;
  const book = new Book("logs", { inFlight: () => 2 });
  book.restore(previous.snapshot(), 2);
  assert.deepEqual([book.dropped.get("lost_in_crash"), book.unaccounted], [1, 0]);
});

Deno.test("Book counts 32 reasons separately and the rest as other", () => {
  const book = new Book("logs");
  for (let i = 0; i < 40; i++) book.drop(`reason_${i}`);
  assert.deepEqual([book.dropped.size, book.dropped.get("other")], [33, 8]);
});

Deno.test("Book throws for a bad route name and for a negative count", () => {
  assert.throws(() => new Book("Logs to file"), TypeError);
  assert.throws(() => new Book("logs").drop("x", -1), RangeError);
});

Deno.test("Books.open() restores the book of the previous run, and snapshot() keeps those not opened", () => {
  const first = new Books();
  first.open("logs").accepted = 2;
  first.open("events").accepted = 1;
  const second = new Books(first.snapshot());
  assert.equal(second.open("logs").accepted, 2);
  assert.equal(second.snapshot().events.accepted, 1);
});

Deno.test("Books.open() throws when the book of the route is already open", () => {
  const books = new Books();
  books.open("logs");
  assert.throws(() => books.open("logs"), /route "logs": it is already open/);
});

Deno.test("Books.metrics() exports each book with its route and reasons", () => {
  const books = new Books();
  const book = books.open("logs");
  book.accepted = 3;
  book.delivered = 1;
  book.drop("malformed");
  const samples = books.metrics("cim_route").flatMap(({ name, collect }) =>
    [...collect() as Iterable<{ labels: Record<string, string>; value: number }>].map(
      ({ labels, value }) => `${name} ${Object.values(labels).join(" ")} ${value}`,
    )
  );
  assert.deepEqual(samples, [
    "cim_route_accepted_total logs 3",
    "cim_route_delivered_total logs 1",
    "cim_route_spooled logs 0",
    "cim_route_in_flight logs 0",
    "cim_route_unaccounted logs 1",
    "cim_route_dropped_total logs malformed 1",
  ]);
});

Deno.test("Book.recount() finds items in the spool that were in flight, or accepted after the last save", () => {
  const previous = new Book("logs", { inFlight: () => 3 });
  previous.accepted = 5;
  previous.spooled = 2;
  const book = new Book("logs");
  book.restore(previous.snapshot());
  book.recount(9);
  assert.deepEqual(
    [book.accepted, book.spooled, book.dropped.get("lost_in_crash"), book.unaccounted],
    [9, 9, 0, 0],
  );
});

Deno.test("Book.recount() keeps what earlier crashes have lost", () => {
  const previous = new Book("logs", { inFlight: () => 2 });
  previous.accepted = 10;
  previous.drop("lost_in_crash", 8);
  const book = new Book("logs");
  book.restore(previous.snapshot());
  book.recount(1);
  assert.deepEqual([book.dropped.get("lost_in_crash"), book.spooled, book.unaccounted], [9, 1, 0]);
});

Deno.test("Book.recount() counts items as delivered that left the spool after the last save", () => {
  const book = new Book("logs");
  book.accepted = 4;
  book.spooled = 4;
  book.recount(1);
  assert.deepEqual([book.delivered, book.spooled, book.unaccounted], [3, 1, 0]);
});

Deno.test("Book.recount() counts damaged items as dropped, as far as the book has them", () => {
  const book = new Book("lines");
  book.accepted = 5;
  book.spooled = 5;
  book.recount(2, new Map([["spool_damaged", 2], ["spool_full", 7]]));
  assert.deepEqual([book.delivered, book.spooled, book.unaccounted], [0, 2, 0]);
  assert.deepEqual([...book.dropped], [["spool_damaged", 2], ["spool_full", 1]]);
});
