import assert from "node:assert/strict";
import type { BusDelivery } from "../../../cim/bus/mod.ts";
import {
  Notifier,
  type NotifierOptions,
  type Subscription,
} from "../../../cim/subscriptions/mod.ts";
import { AgentError, Book } from "../../../core/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";
import { natsErrors } from "../../../plugins/nats/mod.ts";
import { record } from "./_record.ts";

const never = new AbortController().signal;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** A notifier whose attempts have these outcomes, in order; then every attempt is confirmed. */
function setUp(
  outcomes: (BusDelivery | Promise<BusDelivery> | Error)[] = [],
  options: Partial<NotifierOptions> = {},
) {
  const clock = manualClock();
  const book = new Book("notifications");
  const published: string[] = [];
  const waits: (string | undefined)[] = [];
  const undeliverable: string[] = [];
  const subscriptions: Subscription[] = [{ localEventName: ["Up"] }];
  const notifier = new Notifier({
    subscriptions: () => subscriptions,
    async deliver(value) {
      published.push(text(value));
      const outcome = outcomes.shift() ?? "confirmed";
      if (outcome instanceof Error) throw outcome;
      return await outcome;
    },
    book,
    maxAttempts: 3,
    confirmTimeoutMs: 1_000,
    clock,
    random: () => 1,
    onUndeliverable: ({ reason, record }) => undeliverable.push(`${reason} ${text(record)}`),
    onWaiting: (reason) => waits.push(reason),
    ...options,
  });
  return { notifier, clock, book, published, waits, undeliverable, subscriptions };
}

Deno.test("Notifier publishes the value of a record once, however many subscriptions match", async () => {
  const { notifier, published, subscriptions, book } = setUp();
  subscriptions.push({ localEventName: ["Up", "Down"] });
  assert.equal(await notifier.handle(record("value", { localEventName: "Up" }), never), true);
  assert.deepEqual(published, ["value"]);
  assert.deepEqual([book.accepted, book.delivered, book.unaccounted], [1, 1, 0]);
});

Deno.test("D-74: Notifier judges each record by its own headers", async () => {
  const { notifier, published } = setUp();
  await notifier.handle(record("replayed", { localEventName: "Up", replay: "true" }), never);
  await notifier.handle(record("first", { localEventName: "Up" }), never);
  await notifier.handle(record("no header"), never);
  await notifier.handle(record("second", { localEventName: "Up", replay: "TRUE" }), never);
  assert.deepEqual(published, ["first", "second"]);
  assert.deepEqual(notifier.skipped, { replay: 1, not_subscribed: 1, no_value: 0 });
});

Deno.test("Notifier takes the last value of a header that is there several times", async () => {
  const { notifier, published } = setUp();
  const bytes = (value: string) => new TextEncoder().encode(value);
  const twice = {
    ...record("value"),
    headers: [["localEventName", bytes("Down")], ["localEventName", bytes("Up")]] as const,
  };
  await notifier.handle(twice, never);
  assert.deepEqual(published, ["value"]);
});

Deno.test("Notifier skips a record without value", async () => {
  const { notifier, published } = setUp();
  const empty = { ...record("", { localEventName: "Up" }), value: undefined };
  assert.equal(await notifier.handle(empty, never), true);
  assert.deepEqual([published, notifier.skipped.no_value], [[], 1]);
});

Deno.test("D-80: Notifier keeps a record until someone is subscribed, however long it takes", async () => {
  const absent: BusDelivery[] = new Array(20).fill("no_subscriber");
  const { notifier, clock, published, waits, undeliverable, book } = setUp(absent);
  let isSettled = false;
  const handled = notifier.handle(record("value", { localEventName: "Up" }), never)
    .then((settled) => isSettled = settled);
  for (let second = 0; second < 15; second++) await clock.advance(1_000);
  assert.deepEqual([isSettled, notifier.waitReason === undefined, book.delivered], [
    false,
    false,
    0,
  ]);
  for (let second = 0; second < 10; second++) await clock.advance(1_000);
  await handled;
  assert.deepEqual([isSettled, notifier.waitReason === undefined, book.delivered], [true, true, 1]);
  assert.deepEqual([published.length, undeliverable, notifier.failedAttempts], [21, [], 0]);
  assert.equal(waits.length, 2, "called on changes only");
  assert.match(waits[0] ?? "", /^Events wait in Kafka: no client is subscribed/);
  assert.equal(waits[1], undefined);
});

Deno.test("Notifier gives up a record after the last attempt, and takes the next one", async () => {
  const poison: BusDelivery[] = new Array(3).fill("unconfirmed");
  const { notifier, clock, published, undeliverable, book } = setUp(poison);
  const handled = notifier.handle(record("poison", { localEventName: "Up" }), never);
  for (let second = 0; second < 5; second++) await clock.advance(1_000);
  assert.equal(await handled, true);
  await notifier.handle(record("good", { localEventName: "Up" }), never);
  assert.deepEqual(published, ["poison", "poison", "poison", "good"]);
  assert.deepEqual(undeliverable, ["not_confirmed poison"]);
  assert.deepEqual([book.accepted, book.delivered, book.unaccounted], [2, 1, 0]);
  assert.deepEqual([...book.rejected], [["not_confirmed", 1]]);
});

Deno.test("Notifier publishes once to a client that does not answer, and gives up after the last time limit", async () => {
  const silent = Promise.withResolvers<BusDelivery>();
  const { notifier, clock, published, undeliverable } = setUp([silent.promise]);
  const handled = notifier.handle(record("value", { localEventName: "Up" }), never);
  await clock.advance(1_000);
  await clock.advance(1_000);
  assert.deepEqual([undeliverable, notifier.waitReason === undefined], [[], false]);
  await clock.advance(1_000);
  assert.equal(await handled, true);
  assert.deepEqual([published.length, undeliverable], [1, ["not_confirmed value"]]);
});

Deno.test("Notifier accepts an answer that comes after a time limit", async () => {
  const slow = Promise.withResolvers<BusDelivery>();
  const { notifier, clock, published, undeliverable, book } = setUp([slow.promise]);
  const handled = notifier.handle(record("value", { localEventName: "Up" }), never);
  await clock.advance(1_500);
  slow.resolve("confirmed");
  assert.equal(await handled, true);
  assert.deepEqual([published.length, undeliverable, book.delivered], [1, [], 1]);
});

Deno.test("Notifier gives up a record at once that is larger than the server accepts", async () => {
  const { notifier, undeliverable } = setUp([new RangeError("Cannot publish 9 bytes")]);
  assert.equal(await notifier.handle(record("too large", { localEventName: "Up" }), never), true);
  assert.deepEqual(undeliverable, ["record_too_large too large"]);
});

Deno.test("Notifier keeps a record while an outside server is not connected", async () => {
  const lost = new AgentError(natsErrors.nats_unreachable, "Cannot publish: disconnected");
  const { notifier, clock, published, undeliverable } = setUp(new Array(9).fill(lost));
  const handled = notifier.handle(record("value", { localEventName: "Up" }), never);
  for (let second = 0; second < 10; second++) await clock.advance(1_000);
  assert.equal(await handled, true);
  assert.deepEqual([published.length, undeliverable], [10, []]);
});

Deno.test("Notifier leaves a record unsettled when the agent stops", async () => {
  const stopping = new AbortController();
  const silent = Promise.withResolvers<BusDelivery>();
  const { notifier, clock, book, waits } = setUp([silent.promise]);
  const handled = notifier.handle(record("value", { localEventName: "Up" }), stopping.signal);
  await clock.advance(1_000);
  stopping.abort();
  assert.equal(await handled, false);
  assert.deepEqual([waits.length, waits.at(-1), notifier.waitReason], [2, undefined, undefined]);
  assert.deepEqual([book.accepted, book.unaccounted], [0, 0]);
});
