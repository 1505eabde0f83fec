/**
 * One request and its outcome, within its time limits, on a connection of its own that is closed before the
 * outcome is returned. The body of the answer is read to its end, but at most 64 KiB and for one second, so that
 * the application does not see a reset while it writes.
 *
 * @module
 */
import type { Clock } from "../../core/mod.ts";
import type { AppOutcome, Opener, Target } from "./outcome.ts";

const maxAnswerBytes = 64 * 1024;
const maxDrainMs = 1_000;

/** Limits of an exchange, in milliseconds. */
export interface ExchangeLimits {
  readonly connectTimeoutMs: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
}

/**
 * Sends the request. Every failure is an outcome.
 *
 * @throws The signal's reason when it aborts.
 */
export function exchange(
  open: Opener,
  target: Target,
  body: Uint8Array,
  { connectTimeoutMs, timeoutMs, clock, signal }: ExchangeLimits,
): Promise<AppOutcome> {
  const { promise, resolve, reject } = Promise.withResolvers<AppOutcome>();
  if (signal?.aborted) return Promise.reject(signal.reason);
  const timers = new DisposableStack();
  let isConnected = false;
  let status: number | undefined;
  const chunks: Uint8Array[] = [];
  let answerBytes = 0;
  let isComplete = false;

  const destroy = open(target, body, {
    onConnect: () => isConnected = true,
    onStatus(received) {
      if (timers.disposed) return;
      status = received;
      timers.use(clock.timer(maxDrainMs, finish));
    },
    onBody(chunk) {
      answerBytes += chunk.length;
      if (answerBytes > maxAnswerBytes) finish();
      else chunks.push(chunk);
    },
    onEnd() {
      isComplete = true;
      finish();
    },
    onRefused: (reason) => settle({ kind: "unreached", reason }),
    onFailure: fail,
  });

  function finish() {
    if (status === undefined) fail("the connection was closed without an answer");
    else settle(answered(status));
  }
  function answered(status: number): AppOutcome {
    const isEmpty = !isComplete || answerBytes === 0;
    return { kind: "answered", status, ...(isEmpty ? {} : { body: joined(chunks, answerBytes) }) };
  }
  function fail(reason: string) {
    if (status !== undefined) settle(answered(status));
    else settle({ kind: isConnected ? "broken" : "unreached", reason });
  }
  function settle(outcome: AppOutcome) {
    // A destroyed connection reports its end again.
    if (timers.disposed) return;
    release();
    resolve(outcome);
  }
  function onAbort() {
    release();
    reject(signal!.reason);
  }
  function release() {
    timers.dispose();
    signal?.removeEventListener("abort", onAbort);
    destroy();
  }

  signal?.addEventListener("abort", onAbort, { once: true });
  timers.use(clock.timer(connectTimeoutMs, () => {
    if (isConnected) return;
    settle({ kind: "unreached", reason: `no connection after ${connectTimeoutMs} ms` });
  }));
  timers.use(clock.timer(timeoutMs, () => {
    const reason = `no answer after ${Math.round(timeoutMs)} ms`;
    settle({ kind: isConnected ? "unanswered" : "unreached", reason });
  }));
  return promise;
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
