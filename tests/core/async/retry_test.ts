import { storeErrors } from "../../../core/keyvalue/mod.ts";
import assert from "node:assert/strict";
import { retry } from "../../../core/async/mod.ts";
import { AgentError } from "../../../core/errors/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

const unreachable = () => new AgentError(storeErrors.store_unreachable, "no endpoint answers");

Deno.test("retry() returns at the first success and counts its attempts", async () => {
  const clock = manualClock();
  const attempts: number[] = [];
  const result = retry((attempt) => {
    attempts.push(attempt);
    if (attempt < 3) throw unreachable();
    return "done";
  }, { action: "connect", clock, random: () => 1, min: 100 });
  await clock.advance(99);
  assert.deepEqual(attempts, [1]);
  await clock.advance(1);
  assert.deepEqual(attempts, [1, 2]);
  await clock.advance(200);
  assert.equal(await result, "done");
  assert.deepEqual(attempts, [1, 2, 3]);
  assert.equal(clock.pending, 0);
});

Deno.test("retry() gives up after the attempts allowed and keeps the last error as cause", async () => {
  const clock = manualClock();
  const last = unreachable();
  const result = retry(() => Promise.reject(last), { action: "connect", clock, attempts: 2 });
  const rejected = assert.rejects(result, {
    code: "deadline_exceeded",
    message: "Cannot connect: no endpoint answers (2 attempts)",
    cause: last,
  });
  await clock.advance(10_000);
  await rejected;
});

Deno.test("retry() gives up rather than sleep past the time for all attempts", async () => {
  const clock = manualClock();
  let attempts = 0;
  const result = retry(() => {
    attempts++;
    throw unreachable();
  }, { action: "connect", clock, limit: 250, min: 100, random: () => 1 });
  const rejected = assert.rejects(result, { code: "deadline_exceeded" });
  await clock.advance(100);
  // The next delay of 200 ms would end at 300.
  await rejected;
  assert.equal(attempts, 2);
  assert.equal(clock.pending, 0);
});

Deno.test("retry() throws an error that is not retryable at once", async () => {
  const denied = new AgentError(storeErrors.store_denied, "wrong password");
  let attempts = 0;
  await assert.rejects(
    retry(() => {
      attempts++;
      throw denied;
    }, { action: "connect" }),
    denied,
  );
  assert.equal(attempts, 1);
});

Deno.test("retry() applies isRetryable of the caller", async () => {
  const clock = manualClock();
  let attempts = 0;
  const result = retry(() => {
    if (++attempts === 1) throw new AgentError(storeErrors.store_denied, "not yet");
    return attempts;
  }, { action: "connect", clock, isRetryable: () => true });
  await clock.advance(100);
  assert.equal(await result, 2);
});

Deno.test("retry() calls onRetry after each failure that is followed by another attempt", async () => {
  const clock = manualClock();
  const retries: [string, number, number][] = [];
  const result = retry((attempt) => {
    if (attempt < 3) throw unreachable();
  }, {
    action: "connect",
    clock,
    min: 100,
    random: () => 1,
    onRetry: (error, attempt, delayMs) =>
      retries.push([(error as Error).message, attempt, delayMs]),
  });
  await clock.advance(300);
  await result;
  assert.deepEqual(retries, [["no endpoint answers", 1, 100], ["no endpoint answers", 2, 200]]);
});

Deno.test("retry() ends with the signal's reason while it waits and while it works", async () => {
  const clock = manualClock();
  const waiting = new AbortController();
  const whileWaiting = retry(() => Promise.reject(unreachable()), {
    action: "connect",
    clock,
    signal: waiting.signal,
  });
  await clock.advance(0);
  waiting.abort(new Error("stop"));
  await assert.rejects(whileWaiting, { message: "stop" });
  assert.equal(clock.pending, 0);

  const working = new AbortController();
  await assert.rejects(
    retry(() => {
      working.abort(new Error("stop"));
      throw unreachable();
    }, { action: "connect", clock, signal: working.signal }),
    { message: "stop" },
  );
});

Deno.test("retry() refuses fewer attempts than one", async () => {
  for (const attempts of [0, -1, NaN]) {
    await assert.rejects(retry(() => 1, { action: "connect", attempts }), RangeError);
  }
});
