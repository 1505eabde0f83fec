/**
 * Failures of the HTTP plugin: what a handler throws to answer with an error, and what listening can meet.
 *
 * @module
 */
import { AgentError } from "../../core/mod.ts";

/** Options of {@linkcode HttpProblem}. */
export interface HttpProblemOptions {
  /** Headers of the answer, for example `Retry-After`. */
  headers?: Readonly<Record<string, string>>;
  /** What led to it, for the log; never sent. */
  cause?: unknown;
}

/**
 * An answer with an error status, thrown by a handler. The message goes to the client.
 *
 * @throws {RangeError} When the status is not 400 to 599.
 *
 * @example
 * ```ts
 * import { HttpProblem } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const problem = new HttpProblem(404, 'No change-set "a"');
 * assert.equal(problem.status, 404);
 * ```
 */
export class HttpProblem extends Error {
  /** Status of the answer. */
  readonly status: number;
  /** More headers of the answer. */
  readonly headers: Readonly<Record<string, string>>;

  /** Makes the answer `{"error": message}` with that status, 400 to 599. */
  constructor(status: number, message: string, options: HttpProblemOptions = {}) {
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new RangeError(`Cannot make a problem of status ${status}: must be 400 to 599`);
    }
    const { headers = {}, cause } = options;
    super(message, cause === undefined ? undefined : { cause });
    this.name = "HttpProblem";
    this.status = status;
    this.headers = headers;
  }
}

/** What listening on an address failed with, with the remedy. */
export function listenError(hostname: string, port: number, cause: unknown): unknown {
  const place = `Cannot listen on ${hostname}:${port}`;
  if (cause instanceof Deno.errors.AddrInUse) {
    return new AgentError(
      "address_in_use",
      `${place}: another process does; stop it, or set another rest.port (CIM_REST_PORT)`,
      { cause },
    );
  }
  if (
    cause instanceof Deno.errors.AddrNotAvailable || cause instanceof Deno.errors.PermissionDenied
  ) {
    return new AgentError(
      "address_unavailable",
      `${place}: ${cause.message}; set rest.host to an address of this machine and rest.port to one ` +
        "that needs no privileges",
      { cause },
    );
  }
  return cause;
}
