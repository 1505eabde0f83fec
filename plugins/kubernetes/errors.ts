/**
 * Error codes of the Kubernetes client, and the translation of an answer of the API into an error.
 *
 * @module
 */
import {
  AgentError,
  type AgentErrorOptions,
  defineErrors,
  describeError,
  type ErrorCatalogue,
  type ErrorEntry,
} from "../../core/errors/mod.ts";

/** Error codes of the Kubernetes client. */
export const kubernetesErrors: ErrorCatalogue<
  | "kubernetes_unreachable"
  | "kubernetes_denied"
  | "kubernetes_conflict"
  | "kubernetes_throttled"
  | "kubernetes_expired"
  | "kubernetes_failed"
> = defineErrors({
  kubernetes_unreachable: {
    retryable: true,
    status: 503,
    meaning: "The Kubernetes API did not answer in time, or no connection could be made.",
    remedy: "Check the address in the message, the network policies and the CA certificate.",
  },
  kubernetes_denied: {
    retryable: false,
    status: 502,
    meaning: "The Kubernetes API refused the credentials (401) or the call (403).",
    remedy: "Grant the service account the verb and the resource that the message names.",
  },
  kubernetes_conflict: {
    retryable: false,
    status: 409,
    meaning: "The object exists already, or was changed by someone else.",
    remedy: "Read the object again and decide with its present content.",
  },
  kubernetes_throttled: {
    retryable: true,
    status: 503,
    meaning: "The Kubernetes API limits the rate of requests (429).",
    remedy: "Nothing to do; the call is made again after the time that the API asked for.",
  },
  kubernetes_expired: {
    retryable: true,
    status: 503,
    meaning: "The version that a watch should resume from is no longer known to the API (410).",
    remedy: "Nothing to do; the objects are read again and the watch starts from there.",
  },
  kubernetes_failed: {
    retryable: false,
    status: 502,
    meaning: "The Kubernetes API answered with an error, or with something that is not its format.",
    remedy: "Read the message; an error of the server (5xx) is tried again.",
  },
});

/** Options of {@linkcode KubernetesError}. */
export interface KubernetesErrorOptions extends AgentErrorOptions {
  /** Status of the answer; undefined when there was none. */
  httpStatus?: number;
  /** Time that the API asked to wait, in milliseconds; undefined when it named none. */
  retryAfterMs?: number;
}

/** A failed call, with what a retry must know. */
export class KubernetesError extends AgentError {
  /** Status of the answer; undefined when there was none. */
  readonly httpStatus: number | undefined;
  /** Time that the API asked to wait, in milliseconds; undefined when it named none. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: ErrorEntry, message: string, options: KubernetesErrorOptions = {}) {
    super(kind, message, options);
    this.httpStatus = options.httpStatus;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** An answer that is not a success. */
export interface FailedAnswer {
  /** HTTP status, or the code of a `Status` object. */
  readonly status: number;
  /** Text of the API. */
  readonly message: string;
  /** Time that the API asked to wait, in milliseconds; may be infinite. */
  readonly retryAfterMs?: number;
}

/** Longest pause that the API may ask for, in milliseconds; a longer one is taken for this. */
const maxRetryAfterMs = 5 * 60_000;

/**
 * Translates an answer. The pause that it asks for is at most five minutes.
 *
 * @param action What was tried, such as `get pod ns1/amf-0`.
 * @param server Address of the API.
 */
export function answerError(
  action: string,
  server: string,
  { status, message, retryAfterMs }: FailedAnswer,
): KubernetesError {
  const { kind, remedy, retryable = kind.retryable } = meaningOf(status, retryAfterMs);
  const detail = message === "" ? `${status}` : `${status} (${message})`;
  return new KubernetesError(
    kind,
    `Cannot ${action}: the Kubernetes API at ${server} answered ${detail}; ${remedy}`,
    {
      httpStatus: status,
      retryAfterMs: retryAfterMs && Math.min(retryAfterMs, maxRetryAfterMs),
      retryable,
    },
  );
}

/** The error for a call that got no answer. */
export function unreachableError(action: string, server: string, cause: unknown): KubernetesError {
  return new KubernetesError(
    kubernetesErrors.kubernetes_unreachable,
    `Cannot ${action}: the Kubernetes API at ${server} does not answer (${
      describeError(cause)
    }); check the address, the network policies and the CA certificate`,
    { cause },
  );
}

/** The error for credentials that cannot be read. They may be replaced at this moment, so a retry can help. */
export function credentialsError(action: string, cause: unknown): KubernetesError {
  return new KubernetesError(
    kubernetesErrors.kubernetes_denied,
    `Cannot ${action}: ${
      describeError(cause)
    }; check the files of the service account or kubeconfig`,
    { cause, retryable: true },
  );
}

/** The error for an answer that is not in the format of the API. */
export function formatError(action: string, server: string, reason: string): KubernetesError {
  return new KubernetesError(
    kubernetesErrors.kubernetes_failed,
    `Cannot ${action}: the answer of ${server} is not one of the Kubernetes API: ${reason}; ` +
      "check the address",
  );
}

function meaningOf(
  status: number,
  retryAfterMs: number | undefined,
): { kind: ErrorEntry; remedy: string; retryable?: boolean } {
  const codes = kubernetesErrors;
  switch (status) {
    case 401:
      // A token that was just replaced may not be known everywhere yet.
      return {
        kind: codes.kubernetes_denied,
        remedy: "check the token or client certificate",
        retryable: true,
      };
    case 403:
      return { kind: codes.kubernetes_denied, remedy: "grant the service account this call" };
    case 409:
      return { kind: codes.kubernetes_conflict, remedy: "read the object again" };
    case 410:
      return { kind: codes.kubernetes_expired, remedy: "the objects are read again" };
    case 429:
      return { kind: codes.kubernetes_throttled, remedy: "the call is made again later" };
    default: {
      const retryable = status >= 500 || status === 408 || retryAfterMs !== undefined;
      const remedy = retryable ? "the call is made again" : "see the text of the API";
      return { kind: codes.kubernetes_failed, remedy, retryable };
    }
  }
}
