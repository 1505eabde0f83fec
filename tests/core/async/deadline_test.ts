import assert from "node:assert/strict";
import { aborted, deadline } from "../../../core/async/mod.ts";
import { AgentError } from "../../../core/errors/mod.ts";
import { manualClock } from "../../../core/testing/mod.ts";

Deno.test("deadline() returns what the work returns and leaves no timer", async () => {
  const clock = manualClock();
  assert.equal(await deadline(() => 42, 100, { action: "add", clock }), 42);
  assert.equal(clock.pending, 0);
});

Deno.test("deadline() throws what the work throws, at once or later, and leaves no timer", async () => {
  const clock = manualClock();
  const options = { action: "add", clock };
  await assert.rejects(
    deadline(
      () => {
        throw new Error("sync");
      },
      100,
      options,
    ),
    { message: "sync" },
  );
  await assert.rejects(deadline(() => Promise.reject(new Error("async")), 100, options), {
    message: "async",
  });
  assert.equal(clock.pending, 0);
});

Deno.test("deadline() names the action and aborts the work's signal when the time is up", async () => {
  const clock = manualClock();
  let seen: AbortSignal | undefined;
  const work = (signal: AbortSignal) => {
    seen = signal;
    return new Promise<never>(() => {});
  };
  const result = deadline(work, 100, { action: "ask the oracle", clock });
  const rejected = assert.rejects(result, (error) => {
    assert(error instanceof AgentError);
    assert.equal(error.code, "deadline_exceeded");
    assert.equal(error.message, "Cannot ask the oracle: not finished after 100 ms");
    return true;
  });
  await clock.advance(100);
  await rejected;
  assert(seen?.aborted);
  assert(seen.reason instanceof AgentError);
});

Deno.test("deadline() rejects with the outer signal's reason and aborts the work with it", async () => {
  const clock = manualClock();
  const controller = new AbortController();
  let seen: AbortSignal | undefined;
  const result = deadline(
    (signal) => {
      seen = signal;
      return new Promise<never>(() => {});
    },
    100,
    { action: "wait", clock, signal: controller.signal },
  );
  controller.abort(new Error("stop"));
  await assert.rejects(result, { message: "stop" });
  assert.equal(seen?.reason.message, "stop");
  assert.equal(clock.pending, 0);
});

Deno.test("deadline() does not begin when the outer signal has aborted", async () => {
  const signal = AbortSignal.abort(new Error("stop"));
  await assert.rejects(
    deadline(() => assert.fail("must not run"), 100, { action: "wait", signal }),
    { message: "stop" },
  );
});

Deno.test("deadline() refuses a limit that is negative or not a number", async () => {
  for (const limitMs of [-1, NaN]) {
    await assert.rejects(deadline(() => 1, limitMs, { action: "wait" }), RangeError);
  }
});

Deno.test("deadline() causes no unhandled rejection when late work fails", async () => {
  const clock = manualClock();
  const { promise, reject } = Promise.withResolvers<never>();
  const result = deadline(() => promise, 10, { action: "wait", clock });
  const rejected = assert.rejects(result, { code: "deadline_exceeded" });
  await clock.advance(10);
  await rejected;
  reject(new Error("too late"));
  await clock.advance(0);
});

Deno.test("aborted() resolves when the signal aborts, at once if it has", async () => {
  await aborted(AbortSignal.abort());
  const controller = new AbortController();
  let resolved = false;
  const waiting = aborted(controller.signal).then(() => resolved = true);
  await Promise.resolve();
  assert.equal(resolved, false);
  controller.abort();
  await waiting;
});

Deno.test("disposing of aborted() removes its listener, so that a long-lived signal holds nothing", async () => {
  const listeners = new Set<unknown>();
  const signal = {
    aborted: false,
    addEventListener: (_: string, listener: unknown) => listeners.add(listener),
    removeEventListener: (_: string, listener: unknown) => listeners.delete(listener),
  } as unknown as AbortSignal;
  for (let turn = 0; turn < 3; turn++) {
    using stop = aborted(signal);
    await Promise.race([Promise.resolve(), stop]);
  }
  assert.equal(listeners.size, 0);
});
