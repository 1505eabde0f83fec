/**
 * Reads a request body within limits, so that a handler gets either the complete body or no call.
 *
 * @module
 */
import { type Clock, deadline, hasCode } from "../../core/mod.ts";

/** Limits of one body. */
export interface BodyLimits {
  /** Largest body in bytes. */
  readonly maxBytes: number;
  /** Time allowed for the whole body, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Outcome of reading a body. */
export type BodyOutcome =
  | { readonly kind: "complete"; readonly request: Request }
  | { readonly kind: "too_large" | "timeout" | "broken" };

/**
 * Reads the body of a request and returns a new request with that body and the signal given. (The signal of the
 * server's own request also aborts after success, so it is not used.) The body of a GET or HEAD has no meaning
 * and is discarded.
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
    // Stops reading a body that is too large or late. The cancellation fails if the connection has ended already.
    reader.cancel().catch(() => {});
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
