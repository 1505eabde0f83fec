/**
 * Builds answers: JSON documents and errors.
 *
 * @module
 */
import { AgentError } from "../../core/mod.ts";
import { httpErrors, HttpProblem } from "./errors.ts";

const encoder = new TextEncoder();

/**
 * Headers of an answer that must not be cached and is of exactly this media type.
 *
 * @example
 * ```ts
 * import { uncachedHeaders } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(uncachedHeaders("text/plain")["cache-control"], "no-store");
 * ```
 */
export function uncachedHeaders(contentType: string): Record<string, string> {
  return {
    "content-type": contentType,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  };
}

/**
 * An answer that is held in memory until the client has read it, with its size known to the server's limits.
 *
 * @example
 * ```ts
 * import { BufferedResponse } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const response = new BufferedResponse(new TextEncoder().encode("hello"), { status: 200 });
 * assert.equal(response.byteLength, 5);
 * ```
 */
export class BufferedResponse extends Response {
  /** Size of the body. */
  readonly byteLength: number;

  /** Creates an answer with this body. */
  constructor(body: Uint8Array<ArrayBuffer>, init?: ResponseInit) {
    super(body, init);
    this.byteLength = body.length;
  }
}

/** A JSON answer that must not be cached. Default status 200. */
export function jsonResponse(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  const body = encoder.encode(JSON.stringify(value));
  return new BufferedResponse(body, {
    status,
    headers: { ...uncachedHeaders("application/json"), ...headers },
  });
}

/**
 * The answer to an error: `{"error": <text>, "code": <code>}`. An error that is not an `AgentError` may hold
 * details that are not for clients, so its answer has a fixed text.
 */
export function errorResponse(error: unknown): Response {
  if (!(error instanceof AgentError)) {
    const { code, status } = httpErrors.internal;
    return jsonResponse({ error: "internal error", code }, status);
  }
  const { message, code, status } = error;
  const headers = error instanceof HttpProblem ? error.headers : {};
  return jsonResponse({ error: message, code }, status, headers);
}
