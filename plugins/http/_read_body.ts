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
  const length = headers.get("content-length");
  if (Number(length ?? 0) > maxBytes) return { kind: "too_large" };
  if (body === null) {
    return { kind: "complete", request: new Request(url, { method, headers, signal }) };
  }
  const action = `read the body of ${method} ${url}`;
  // The server holds a client to the length it announces. A reader takes a buffer of 64 KiB even for a body that does
  // not come, so it is used only where the length must be watched.
  const read = () => length === null ? readAll(body, maxBytes) : request.bytes();
  try {
    const bytes = await deadline(read, timeoutMs, { action, clock });
    if (bytes === undefined) return { kind: "too_large" };
    const kept = method === "GET" || method === "HEAD" ? undefined : bytes;
    return { kind: "complete", request: new Request(url, { method, headers, signal, body: kept }) };
  } catch (error) {
    return { kind: hasCode(error, "deadline_exceeded") ? "timeout" : "broken" };
  }
}

/** All bytes, or undefined when there are more than allowed; the stream is cancelled then. */
async function readAll(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) return undefined;
    chunks.push(chunk);
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
