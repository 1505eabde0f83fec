/**
 * Builds answers: JSON documents and errors.
 *
 * @module
 */
import { AgentError } from "../../core/mod.ts";
import { httpErrors, HttpProblem } from "./errors.ts";

const plainHeaders = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** A JSON answer that must not be cached. Default status 200. */
export function jsonResponse(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(value), { status, headers: { ...plainHeaders, ...headers } });
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
