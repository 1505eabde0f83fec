/**
 * Errors of the embedded NATS server.
 *
 * @module
 */
import { AgentError, defineErrors, type ErrorCatalogue } from "../../core/mod.ts";

/** Error codes of the embedded NATS server. */
export const natsServerErrors: ErrorCatalogue<
  | "nats_address_unavailable"
  | "nats_no_responders"
  | "nats_password_check_failed"
> = defineErrors({
  nats_address_unavailable: {
    retryable: false,
    meaning: "The address that the NATS server should listen on does not exist on this machine.",
    remedy: "Correct `nats.host`; 127.0.0.1 always exists.",
  },
  nats_no_responders: {
    retryable: true,
    meaning: "A request was published on a subject that has no subscriber.",
    remedy: "Start the responder, then retry.",
  },
  nats_password_check_failed: {
    retryable: true,
    meaning: "The worker that checks bcrypt passwords failed.",
    remedy:
      "Read the reason. Where the npm package bcryptjs cannot be loaded, run once with network access.",
  },
});

/** Converts an error of the runtime's listen to the one that the server throws. */
export function listenError(host: string, port: number, error: unknown): unknown {
  if (error instanceof Deno.errors.AddrInUse) {
    return new AgentError(
      "address_in_use",
      `Cannot listen on ${host}:${port}: another process uses the port; stop it, or set another port with "nats.port"`,
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

/** The error of a password check that ended without a result. */
export function passwordCheckError(reason: string): AgentError {
  return new AgentError(
    natsServerErrors.nats_password_check_failed,
    `Cannot check a bcrypt password: the worker failed: ${reason}`,
  );
}

/** The error of a request without subscribers. */
export function noRespondersError(subject: string): AgentError {
  return new AgentError(
    natsServerErrors.nats_no_responders,
    `Cannot get a reply on "${subject}": the subject has no subscriber`,
  );
}

/** The error of a request whose reply did not arrive in time. */
export function requestTimeoutError(subject: string, timeoutMs: number): AgentError {
  return new AgentError(
    "deadline_exceeded",
    `Cannot get a reply on "${subject}": none arrived within ${timeoutMs} ms`,
  );
}

/** The error of a request that was in flight when the server closed. */
export function serverClosedError(subject: string): AgentError {
  return new AgentError("closed", `Cannot get a reply on "${subject}": the server is closed`);
}
