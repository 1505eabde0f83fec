/**
 * Notices a client that stops reading an answer. The write timeout of the connection covers HTTP/1.1; in HTTP/2 a
 * client can let one stream wait, for example with a window of zero, while the connection itself stays writable.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import { BufferedResponse } from "../responses.ts";

/** A client must read at least this much of a buffered answer per millisecond, after the write timeout. */
const minBytesPerMs = 16;

/** What {@linkcode watchAnswer} works with. */
export interface WatchOptions {
  readonly clock: Clock;
  /** Time without progress after which the client counts as stalled, in milliseconds. */
  readonly timeoutMs: number;
  /** Called once when the client stalls. */
  readonly onStall: () => void;
}

/**
 * Watches an answer until `completed` settles, and returns the answer to send. A buffered answer must be read within
 * the timeout plus one second for each 16 KiB. A stream may stay silent as long as its source is; the time runs while a
 * chunk waits for the client.
 */
export function watchAnswer(
  response: Response,
  completed: Promise<void>,
  { clock, timeoutMs, onStall }: WatchOptions,
): Response {
  let timer: Disposable | undefined;
  let isCompleted = false;
  const stop = () => timer?.[Symbol.dispose]();
  const start = (delayMs: number) => {
    stop();
    if (!isCompleted) timer = clock.timer(delayMs, onStall);
  };
  completed.then(() => {
    isCompleted = true;
    stop();
  });
  if (response instanceof BufferedResponse) {
    start(timeoutMs + response.byteLength / minBytesPerMs);
    return response;
  }
  start(timeoutMs);
  if (response.body === null) return response;
  const source = response.body.getReader();
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      stop();
      const { done, value } = await source.read();
      start(timeoutMs);
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel(reason) {
      stop();
      return source.cancel(reason);
    },
  }, { highWaterMark: 0 });
  const { status, statusText, headers } = response;
  return new Response(body, { status, statusText, headers });
}
