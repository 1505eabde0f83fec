import assert from "node:assert/strict";
import { Books } from "../../../core/books/mod.ts";
import {
  attempt,
  createRoute,
  delivered,
  describeDelivery,
  withBatch,
  withBreaker,
  withRetry,
  withTimeout,
} from "../../../core/forward/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { held, never, retryLater, scripted } from "./_senders.ts";

Deno.test("createRoute() books every outcome", async () => {
  const rejected = { status: "rejected", reason: "too_large" } as const;
  const dropped = { status: "dropped", reason: "queue_full" } as const;
  const sender = scripted<string>(delivered, rejected, dropped, retryLater, new Error("boom"));
  const route = createRoute("tcp", sender, new Books());
  for (const item of ["a", "b", "c", "d", "e"]) await route.send(item, never);
  const { book } = route;
  assert.deepEqual(
    [
      book.accepted,
      book.delivered,
      book.rejected.get("too_large"),
      Object.fromEntries(book.dropped),
    ],
    [5, 1, 1, { queue_full: 1, down: 1, failed: 1 }],
  );
  assert.equal(book.unaccounted, 0);
});

Deno.test("createRoute() counts an item as in flight until its outcome is known", async () => {
  const sender = held<string>();
  const route = createRoute("tcp", sender, new Books());
  const answer = route.send("a", never);
  assert.deepEqual([route.book.inFlight, route.book.unaccounted], [1, 0]);
  sender.answer(0, delivered);
  await answer;
  assert.deepEqual([route.book.inFlight, route.book.delivered], [0, 1]);
});

Deno.test("stages nest to a route that delivers after an outage", async () => {
  const clock = manualClock();
  const sender = scripted<readonly string[]>(retryLater, retryLater, delivered);
  const limited = withTimeout(sender, { limit: 1_000, clock });
  const guarded = withBreaker(limited, { failures: 2, coolDown: 500, clock });
  const patient = withRetry(guarded, { min: 100, random: () => 1, clock });
  const books = new Books();
  const route = createRoute("tcp", withBatch(patient, { maxItems: 2, clock }), books);
  const answers = ["a", "b"].map((item) => route.send(item, never));
  await clock.advance(5_000);
  assert.deepEqual(await Promise.all(answers), [delivered, delivered]);
  assert.deepEqual([sender.items.length, route.book.delivered, clock.pending], [3, 2, 0]);
});

Deno.test("createRoute() books the records of an item, not the items, when count() is given", async () => {
  const refused = { status: "rejected", reason: "too_large" } as const;
  const sender = held<readonly string[]>();
  const count = (lines: readonly string[]) => lines.length;
  const { book, send } = createRoute("blocks", sender, new Books(), { count });
  const outcomes = [send(["a", "b", "c"], never), send(["d", "e"], never)];
  assert.deepEqual([book.accepted, book.inFlight, book.unaccounted], [5, 5, 0]);
  sender.answer(0, delivered);
  sender.answer(1, refused);
  await Promise.all(outcomes);
  assert.deepEqual([book.delivered, book.rejected.get("too_large"), book.inFlight], [3, 2, 0]);
  assert.equal(book.unaccounted, 0);
});

Deno.test("attempt() turns an error that a sender throws into retry", async () => {
  const error = new Error("connection reset");
  const delivery = await attempt(scripted<string>(error), "a", never);
  assert.deepEqual(delivery, { status: "retry", reason: "failed", cause: error });
  assert.equal(describeDelivery(delivery), "retry: connection reset");
});
