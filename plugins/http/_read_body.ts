/**
 * Reads a request body within limits, so that a handler gets either the complete body or no call.
 *
 * The buffer of a body grows with the bytes received: neither the announced length nor the waiting for a slow client
 * takes memory. `Request.bytes()` would allocate the announced length at once, and a default reader 64 KiB for each
 * body that does not come.
 *
 * @module
 */
import { type Clock, deadline, hasCode } from "../../core/mod.ts";
import type { BodyShare } from "./body_memory.ts";

/** Limits of one body. */
export interface BodyLimits {
  /** Largest body in bytes. */
  readonly maxBytes: number;
  /** Time allowed for the whole body, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** Where the memory of the body is counted. */
  readonly share: BodyShare;
}

/** Outcome of reading a body. `no_memory`: together with all others it would take more memory than allowed. */
export type BodyOutcome =
  | { readonly kind: "complete"; readonly request: Request }
  | { readonly kind: "too_large" | "no_memory" | "timeout" | "broken" };

/** Size of the buffer in which one piece of a body is received. */
const pieceBytes = 4_096;

/**
 * Reads the body of a request and returns a new request with that body and the signal given. (The signal of the
 * server's own request also aborts after success, so it is not used.) The body of a GET or HEAD has no meaning
 * and is discarded while it is read.
 */
export async function readBody(
  request: Request,
  signal: AbortSignal,
  { maxBytes, timeoutMs, clock, share }: BodyLimits,
): Promise<BodyOutcome> {
  const { url, method, headers, body } = request;
  if (Number(headers.get("content-length") ?? 0) > maxBytes) return { kind: "too_large" };
  if (body === null) {
    return { kind: "complete", request: new Request(url, { method, headers, signal }) };
  }
  const action = `read the body of ${method} ${url}`;
  const isKept = method !== "GET" && method !== "HEAD";
  const received = new ReceivedBody(maxBytes, isKept ? share : undefined);
  const pieces = piecesOf(body);
  let problem: "too_large" | "no_memory" | "timeout" | "broken" | undefined;
  try {
    problem = await deadline(() => receive(pieces, received), timeoutMs, { action, clock });
  } catch (error) {
    problem = hasCode(error, "deadline_exceeded") ? "timeout" : "broken";
  }
  if (problem === undefined) {
    const kept = isKept ? received.bytes : undefined;
    return { kind: "complete", request: new Request(url, { method, headers, signal, body: kept }) };
  }
  // Ends a read that waits. A broken stream rejects this with the error that is already in the outcome.
  pieces.cancel().catch(() => {});
  return { kind: problem };
}

async function receive(
  pieces: Pieces,
  received: ReceivedBody,
): Promise<"too_large" | "no_memory" | undefined> {
  for (;;) {
    const piece = await pieces.next();
    if (piece === undefined) return undefined;
    const problem = received.add(piece);
    if (problem !== undefined) return problem;
  }
}

/** What has arrived of a body, in a buffer that grows with it. */
class ReceivedBody {
  readonly #maxBytes: number;
  readonly #share: BodyShare | undefined;
  #buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  #length = 0;

  /** @param share Where the memory is counted; undefined for a body that is only measured. */
  constructor(maxBytes: number, share: BodyShare | undefined) {
    this.#maxBytes = maxBytes;
    this.#share = share;
  }

  /** The bytes so far. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Adds a copy of a piece, or returns why it cannot. */
  add(piece: Uint8Array): "too_large" | "no_memory" | undefined {
    const start = this.#length;
    const end = start + piece.length;
    if (end > this.#maxBytes) return "too_large";
    this.#length = end;
    if (this.#share === undefined) return undefined;
    if (end > this.#buffer.length) {
      const capacity = Math.min(Math.max(end, 2 * this.#buffer.length), this.#maxBytes);
      if (!this.#share.resize(capacity)) return "no_memory";
      const larger = new Uint8Array(capacity);
      larger.set(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer.set(piece, start);
  }
}

/** The pieces of a body. */
interface Pieces {
  /** The next piece, valid until the next call; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Discards the rest. */
  cancel(): Promise<void>;
}

/** The runtime gives a body that has arrived completely as a stream without buffers of the reader. */
function piecesOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): Pieces {
  const reader = byteReader(body);
  if (reader === undefined) {
    const chunks = body.getReader();
    return {
      next: async () => (await chunks.read()).value,
      cancel: () => chunks.cancel(),
    };
  }
  let buffer = new Uint8Array(pieceBytes);
  return {
    async next() {
      const { value, done } = await reader.read(buffer);
      if (done || value === undefined) return undefined;
      buffer = new Uint8Array(value.buffer);
      return value;
    },
    cancel: () => reader.cancel(),
  };
}

function byteReader(body: ReadableStream<Uint8Array>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: "byob" });
  } catch (error) {
    // It is no stream of bytes; there is no way to ask.
    if (error instanceof TypeError && !body.locked) return undefined;
    throw error;
  }
}
