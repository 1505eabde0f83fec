/**
 * Answers: JSON, and what becomes of an error.
 *
 * @module
 */
import { AgentError } from "../../core/mod.ts";
import { HttpProblem } from "./errors.ts";

const plainHeaders = {
  "content-type": "application/json",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
};

/** A JSON answer that no cache keeps. Default status 200. */
export function jsonResponse(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(value), { status, headers: { ...plainHeaders, ...headers } });
}

/** The answer to an error that may be told: `{"error": message}`. Undefined for any other error. */
export function problemResponse(error: unknown): Response | undefined {
  if (error instanceof HttpProblem) {
    return jsonResponse({ error: error.message }, error.status, error.headers);
  }
  if (error instanceof AgentError) {
    const { message, code, status } = error;
    return jsonResponse({ error: message, code }, status);
  }
  return undefined;
}
