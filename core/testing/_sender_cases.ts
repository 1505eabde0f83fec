import assert from "node:assert/strict";
import { deadline } from "../async/mod.ts";
import { Books } from "../books/mod.ts";
import { createRoute, type Delivery, withRetry } from "../forward/mod.ts";
import type { SenderCase, SenderFixture } from "./sender_case.ts";

/** Real time that one send may take, in milliseconds, before the test fails. */
const limitMs = 10_000;
const never = new AbortController().signal;

export const senderCases: Record<string, SenderCase> = {
  async "delivers items once each, in the order in which they are sent"(fixture) {
    await deliver(fixture, 0, 20);
    assert.deepEqual(await fixture.arrived(), numbers(20));
  },

  async "returns an outcome with a reason, and does not throw, while its peer fails"(fixture) {
    await deliver(fixture, 0, 1);
    await fixture.fail();
    for (let count = 0; count < 2; count++) {
      const outcome = await send(fixture, fixture.item(1), never);
      assert(outcome.status !== "delivered", "delivered to a peer that fails");
      assert.match(outcome.reason, /^[a-z][a-z0-9_]*$/, "the reason becomes a metric label");
    }
  },

  async "delivers an item that failed once its peer works, complete and once"(fixture) {
    let next = 0;
    for (let before = 0; before < 4; before++) {
      await deliver(fixture, next, before);
      next += before;
      const item = fixture.item(next++);
      await fixture.fail();
      const failed = await send(fixture, item, never);
      assert.equal(failed.status, "retry", `the outcome is ${failed.status}`);
      await fixture.recover();
      assert.deepEqual(await send(fixture, item, never), { status: "delivered" });
    }
    assert.deepEqual(await fixture.arrived(), numbers(next));
  },

  async "settles each item once in the book of its route, also when its peer fails in between"(
    fixture,
  ) {
    const retried = Promise.withResolvers<void>();
    const patient = withRetry(fixture.sender, {
      min: 1,
      max: 5,
      onRetry: () => retried.resolve(),
    });
    const { book, ...route } = createRoute("tested", patient, new Books());
    await route.send(fixture.item(0), never);
    await fixture.fail();
    const sending = route.send(fixture.item(1), never);
    await deadline(() => retried.promise, limitMs, { action: "see a failed attempt" });
    assert.deepEqual([book.accepted, book.inFlight, book.unaccounted], [2, 1, 0]);
    await fixture.recover();
    await deadline(() => sending, limitMs, { action: "deliver after the recovery" });
    assert.deepEqual(await fixture.arrived(), [0, 1]);
    const stop = new AbortController();
    await fixture.fail();
    const abandoned = route.send(fixture.item(2), stop.signal);
    stop.abort();
    await deadline(() => abandoned, limitMs, { action: "end after the abort" });
    const dropped = [...book.dropped.values()].reduce((sum, count) => sum + count, 0);
    assert.deepEqual([book.accepted, book.delivered, dropped], [3, 2, 1]);
    assert.deepEqual([book.inFlight, book.unaccounted], [0, 0]);
  },

  async "returns when its signal has already aborted, and works with the next signal"(fixture) {
    const outcome = await send(fixture, fixture.item(0), AbortSignal.abort());
    assert(["delivered", "retry"].includes(outcome.status), `the outcome is ${outcome.status}`);
    assert.deepEqual(await send(fixture, fixture.item(1), never), { status: "delivered" });
    const arrived = await fixture.arrived();
    assert.equal(arrived.at(-1), 1);
  },

  async "returns soon after its signal aborts, also while its peer hangs"(fixture) {
    if (fixture.hang === undefined) return;
    await deliver(fixture, 0, 1);
    await fixture.hang();
    const stop = new AbortController();
    const sending = send(fixture, fixture.item(1), stop.signal);
    stop.abort();
    const outcome = await sending;
    assert.equal(outcome.status, "retry", `the outcome is ${outcome.status}`);
  },
};

/** Sends `count` items beginning with number `first`; all must be delivered. */
async function deliver<T>(fixture: SenderFixture<T>, first: number, count: number): Promise<void> {
  for (let number = first; number < first + count; number++) {
    const outcome = await send(fixture, fixture.item(number), never);
    assert.deepEqual(outcome, { status: "delivered" }, `item ${number}`);
  }
}

function send<T>(
  { sender }: SenderFixture<T>,
  item: T,
  signal: AbortSignal,
): Promise<Delivery> {
  return deadline(() => sender.send(item, signal), limitMs, { action: "send an item" });
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, number) => number);
}
