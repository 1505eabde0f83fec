/**
 * Errors of the server as a caller or an operator meets them.
 *
 * @module
 */
import { AgentError } from "../../core/mod.ts";

/** What `listen` throws for a failure of the runtime's. */
export function listenError(host: string, port: number, error: unknown): unknown {
  if (error instanceof Deno.errors.AddrInUse) {
    return new AgentError(
      "address_in_use",
      `Cannot listen on ${host}:${port}: another process has the port; stop it, or set another one with "nats.port"`,
      { cause: error },
    );
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return new AgentError(
      "nats_address_unavailable",
      `Cannot listen on ${host}:${port}: this machine does not have the address; correct "nats.host"`,
      { cause: error },
    );
  }
  return error;
}

/** A request that nobody can answer. */
export function noRespondersError(subject: string): AgentError {
  return new AgentError(
    "nats_no_responders",
    `Cannot get an answer on "${subject}": nobody is subscribed`,
  );
}

/** A request without an answer in time. */
export function answerTimeoutError(subject: string, timeoutMs: number): AgentError {
  return new AgentError(
    "deadline_exceeded",
    `Cannot get an answer on "${subject}": none within ${timeoutMs} ms`,
  );
}

/** A request that the end of the server overtook. */
export function serverClosedError(subject: string): AgentError {
  return new AgentError("closed", `Cannot get an answer on "${subject}": the server is closed`);
}
