/**
 * Reads the body of an answer as JSON. What answers may not be the API, or may never end, so what is kept is bounded,
 * and the time to read it grows with its length only.
 *
 * @module
 */

/**
 * Most bytes of an answer or characters of a line of a watch. etcd stores objects of at most 1.5 MiB; the longest list
 * that is read has the pods of one node.
 */
export const maxObjectBytes: number = 4 * 1024 * 1024;

/** Most bytes of an answer that has a version or a `Status` only. */
export const maxStatusBytes: number = 64 * 1024;

/** Pieces of a line that are kept before they are joined. */
const maxPieces = 1_024;

/** Reads a whole body. @throws {SyntaxError} When it is larger than `maxBytes` or not JSON. */
export async function readJson(response: Response, maxBytes: number): Promise<unknown> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new SyntaxError(`it is larger than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  text += decoder.decode();
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(`it is not JSON: ${JSON.stringify(text.slice(0, 80))}`, { cause });
  }
}

/**
 * The lines of a streamed body, each as JSON.
 *
 * @throws {SyntaxError} When one is longer than {@linkcode maxObjectBytes} or not JSON.
 */
export async function* readJsonLines(response: Response): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let pieces: string[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    const text = decoder.decode(chunk, { stream: true });
    let start = 0;
    for (let feed = text.indexOf("\n"); feed >= 0; feed = text.indexOf("\n", start)) {
      const line = pieces.join("") + text.slice(start, feed);
      pieces = [];
      length = 0;
      start = feed + 1;
      if (line.trim() !== "") yield parseLine(line);
    }
    length += text.length - start;
    if (length > maxObjectBytes) {
      throw new SyntaxError(`a line of the watch is longer than ${maxObjectBytes} characters`);
    }
    if (start < text.length) pieces.push(text.slice(start));
    if (pieces.length > maxPieces) pieces = [pieces.join("")];
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    const found = JSON.stringify(line.slice(0, 80));
    throw new SyntaxError(`a line of the watch is not JSON: ${found}`, { cause });
  }
}
