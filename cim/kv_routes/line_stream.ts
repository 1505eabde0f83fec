import { AgentError } from "../../core/mod.ts";
import { httpErrors } from "../../plugins/http/mod.ts";

/** Options of {@linkcode lineStream}. */
export interface LineStreamOptions {
  /** Item of the first line, before those of the source. */
  first?: unknown;
  /** Called once, when the source has ended or the client has closed the connection. */
  onEnd?: () => void;
  /** Called with the error when the source fails. */
  onFailure?: (error: unknown) => void;
}

/**
 * Bytes that are handed over at once. Each stage between here and the client keeps a piece or two while the client
 * does not read, so a large value as one piece would be kept several times.
 */
const pieceBytes = 64 * 1024;

/**
 * An answer of JSON lines, produced as fast as the client reads them. When the source fails, the last line is
 * `{"error", "code"}`, because the status has been sent before.
 */
export function lineStream<T>(
  source: AsyncIterable<T>,
  show: (item: T) => readonly unknown[],
  { first, onEnd = () => {}, onFailure = () => {} }: LineStreamOptions = {},
): Response {
  const encoder = new TextEncoder();
  const iterator = source[Symbol.asyncIterator]();
  const encode = (lines: readonly unknown[]) =>
    encoder.encode(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  let rest = encode(first === undefined ? [] : [first]);
  let isEnded = false;

  /** Waits for the next item that has lines; false when there is none. */
  async function isFilled(): Promise<boolean> {
    while (rest.length === 0 && !isEnded) {
      try {
        const { done, value } = await iterator.next();
        if (done) isEnded = true;
        else rest = encode(show(value));
      } catch (error) {
        isEnded = true;
        onFailure(error);
        rest = encode([failureLine(error)]);
      }
    }
    return rest.length > 0;
  }

  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      if (await isFilled()) {
        controller.enqueue(rest.subarray(0, pieceBytes));
        rest = rest.subarray(pieceBytes);
        return;
      }
      onEnd();
      controller.close();
    },
    async cancel() {
      onEnd();
      await iterator.return?.();
    },
  }, { highWaterMark: 0 });
  return new Response(body, {
    headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" },
  });
}

function failureLine(error: unknown): { error: string; code: string } {
  if (error instanceof AgentError) return { error: error.message, code: error.code };
  return { error: "internal error", code: httpErrors.internal.code };
}
