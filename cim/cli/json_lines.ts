/** Options of {@linkcode jsonLines}. */
export interface JsonLinesOptions {
  /** Whether a last line without a line feed is a line too; else it is left out. Default false. */
  readonly hasLastLine?: boolean;
}

/**
 * Reads a body of JSON lines as it arrives.
 *
 * @throws {SyntaxError} When a line is not JSON.
 */
export async function* jsonLines(
  body: ReadableStream<Uint8Array>,
  { hasLastLine = false }: JsonLinesOptions = {},
): AsyncGenerator<unknown> {
  let rest = "";
  for await (
    const chunk of body.pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
  ) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
  if (hasLastLine && rest !== "") yield JSON.parse(rest);
}
