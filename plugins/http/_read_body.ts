/**
 * Reads a body within limits, so that a handler sees a complete one or none.
 *
 * @module
 */
import { type Clock, deadline, hasCode } from "../../core/mod.ts";

/** Limits of one body. */
export interface BodyLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** What became of a body. */
export type BodyOutcome =
  | { readonly kind: "complete"; readonly request: Request }
  | { readonly kind: "too_large" | "timeout" | "broken" };

/**
 * Reads the body of a request; the result is a request with the same body at hand and the signal given. (The
 * signal of the engine's own request aborts after success, too, and must not be touched.) A body of GET or
 * HEAD means nothing and is dropped.
 */
export async function readBody(
  request: Request,
  signal: AbortSignal,
  { maxBytes, timeoutMs, clock }: BodyLimits,
): Promise<BodyOutcome> {
  const { url, method, headers, body } = request;
  if (Number(headers.get("content-length") ?? 0) > maxBytes) return { kind: "too_large" };
  if (body === null) {
    return { kind: "complete", request: new Request(url, { method, headers, signal }) };
  }
  const reader = body.getReader();
  try {
    const action = `read the body of ${method} ${url}`;
    const bytes = await deadline(() => readAll(reader, maxBytes), timeoutMs, { action, clock });
    if (bytes === undefined) return { kind: "too_large" };
    const kept = method === "GET" || method === "HEAD" ? undefined : bytes;
    return { kind: "complete", request: new Request(url, { method, headers, signal, body: kept }) };
  } catch (error) {
    return { kind: hasCode(error, "deadline_exceeded") ? "timeout" : "broken" };
  } finally {
    // A body that was not read to its end is given up; its connection may be gone already.
    reader.cancel().catch(() => "nobody waits for it any more");
  }
}

/** All bytes, or undefined when there are more than allowed. */
async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  while (true) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxBytes) return undefined;
    chunks.push(value);
  }
  if (chunks.length === 1) return chunks[0];
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
