/**
 * Notices a client that stops reading an answer. The write timeout of the connection covers HTTP/1.1; in HTTP/2 a
 * client can let one stream wait, for example with a window of zero, while the connection itself stays writable.
 *
 * The inner server takes a body of any size into its own buffer at once and then reports it as sent. So a large
 * buffered answer is passed on in chunks, as fast as the client reads, and counts as unread until its last chunk.
 *
 * @module
 */
import type { Clock } from "../../../core/mod.ts";
import { BufferedResponse } from "../responses.ts";

/** A buffered answer up to this size is passed on as a whole. */
const chunkBytes = 65_536;

/** What {@linkcode watchAnswer} works with. */
export interface WatchOptions {
  readonly clock: Clock;
  /** Time without progress after which the client counts as stalled, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether the connection is HTTP/2, in which even a small answer can wait in the inner server. */
  readonly isHttp2: boolean;
  /** Called once when the client stalls. */
  readonly onStall: () => void;
}

/**
 * Watches an answer until `completed` resolves, and returns the answer to send. The time runs while a chunk waits for
 * the client; a stream may stay silent as long as its source is.
 */
export function watchAnswer(
  response: Response,
  completed: Promise<void>,
  { clock, timeoutMs, isHttp2, onStall }: WatchOptions,
): Response {
  let timer: Disposable | undefined;
  let isCompleted = false;
  const stop = () => timer?.[Symbol.dispose]();
  const start = () => {
    stop();
    if (!isCompleted) timer = clock.timer(timeoutMs, onStall);
  };
  let release = () => {};
  completed.then(() => {
    isCompleted = true;
    stop();
    release();
  });
  start();
  const isSmall = response instanceof BufferedResponse && response.byteLength <= chunkBytes &&
    !isHttp2;
  if (isSmall || response.body === null) return response;
  const { status, statusText } = response;
  const headers = new Headers(response.headers);
  if (response instanceof BufferedResponse) {
    headers.set("content-length", `${response.byteLength}`);
  }
  const source = response.body.getReader();
  // An answer that is not read to its end, for example one to HEAD, must not keep its source open. A source that fails
  // to close has nothing to report to anyone here.
  release = () => void source.cancel().catch(() => {});
  let rest: Uint8Array<ArrayBuffer> | undefined;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      stop();
      if (!rest) {
        const { done, value } = await source.read();
        if (done && !isCompleted) controller.close();
        rest = value;
      }
      start();
      if (!rest) return;
      controller.enqueue(rest.subarray(0, chunkBytes));
      rest = rest.length > chunkBytes ? rest.subarray(chunkBytes) : undefined;
    },
    cancel(reason) {
      stop();
      return source.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(body, { status, statusText, headers });
}
