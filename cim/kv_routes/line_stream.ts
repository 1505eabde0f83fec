/** Options of {@linkcode lineStream}. */
export interface LineStreamOptions {
  /** A line before all others. */
  first?: unknown;
  /** Called once when the reader or the source has ended. */
  onEnd?: () => void;
}

/**
 * An answer of JSON lines, made as fast as the reader takes them. When the source fails, the last line is
 * `{"error": message}`: the status has long been sent.
 */
export function lineStream<T>(
  source: AsyncIterable<T>,
  show: (item: T) => readonly unknown[],
  { first, onEnd = () => {} }: LineStreamOptions = {},
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
        controller.enqueue(
          encode([{ error: error instanceof Error ? error.message : `${error}` }]),
        );
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
