/**
 * Errors of the server as a caller or an operator meets them.
 *
 * @module
 */
import { AgentError, defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the embedded NATS server. */
export const natsServerErrors: ErrorCatalogue<
  | "nats_address_unavailable"
  | "nats_no_responders"
> = defineErrors({
  nats_address_unavailable: {
    retryable: false,
    meaning: "The address that the NATS server should listen on does not exist on this machine.",
    remedy: "Correct `nats.host`; 127.0.0.1 is always there.",
  },
  nats_no_responders: {
    retryable: true,
    meaning: "A request was published on a subject that has no subscriber.",
    remedy: "Start the responder, or try again once it runs.",
  },
});

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
      natsServerErrors.nats_address_unavailable,
      `Cannot listen on ${host}:${port}: this machine does not have the address; correct "nats.host"`,
      { cause: error },
    );
  }
  return error;
}

/** A request that nobody can answer. */
export function noRespondersError(subject: string): AgentError {
  return new AgentError(
    natsServerErrors.nats_no_responders,
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
