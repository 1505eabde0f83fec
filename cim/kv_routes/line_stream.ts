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
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      if (first !== undefined) controller.enqueue(encode([first]));
    },
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (!done) return controller.enqueue(encode(show(value)));
      } catch (error) {
        onFailure(error);
        controller.enqueue(encode([failureLine(error)]));
      }
      onEnd();
      controller.close();
    },
    async cancel() {
      onEnd();
      await iterator.return?.();
    },
  });
  return new Response(body, {
    headers: { "content-type": "application/x-ndjson", "cache-control": "no-store" },
  });
}

function failureLine(error: unknown): { error: string; code: string } {
  if (error instanceof AgentError) return { error: error.message, code: error.code };
  return { error: "internal error", code: httpErrors.internal.code };
}
