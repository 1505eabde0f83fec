/**
 * What the errors of the etcd client mean. gRPC puts its status into the text, as in
 * `14 UNAVAILABLE: No connection established`, and the library keeps only that.
 *
 * @module
 */
import { AgentError, coreErrors, describeError, type ErrorEntry } from "../../core/errors/mod.ts";
import { storeErrors } from "../../core/keyvalue/mod.ts";

/** The numbers of gRPC's statuses that are told apart. */
const status = {
  deadlineExceeded: 4,
  permissionDenied: 7,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/** Whether the call reached no server, so that it was certainly not carried out. */
export function isNotConnected(error: unknown): boolean {
  return statusOf(error) === status.unavailable &&
    /No connection established|Name resolution failed/.test(describeError(error));
}

/** Whether the server did not answer, whatever became of the call. */
export function isUnreachable(error: unknown): boolean {
  return isConnectionLost(error) || statusOf(error) === status.deadlineExceeded;
}

/** Whether the token of the login is no longer known to the server. */
export function isTokenRefused(error: unknown): boolean {
  return /invalid auth token/.test(describeError(error));
}

/** Whether the user is known but may not do this. */
export function isPermissionDenied(error: unknown): boolean {
  return /permission denied/.test(describeError(error));
}

/** The error in the words of the contract. Misuse and what has been translated pass unchanged. */
export function etcdError(action: string, endpoints: readonly string[], cause: unknown): unknown {
  if (cause instanceof AgentError || cause instanceof TypeError || cause instanceof RangeError) {
    return cause;
  }
  const detail = describeError(cause);
  if (isMisuse(detail)) return new RangeError(`Cannot ${action}: ${detail}`, { cause });
  const kind = kindOf(cause, detail);
  return new AgentError(kind, `Cannot ${action}: ${textOf(kind, endpoints.join(", "), detail)}`, {
    cause,
  });
}

/** Whether etcd refuses what no retry and no operator could make right. */
function isMisuse(detail: string): boolean {
  return /request is too large|future revision|message larger than max|too many operations/
    .test(detail);
}

function kindOf(cause: unknown, detail: string): ErrorEntry {
  if (/has been compacted/.test(detail)) return storeErrors.store_compacted;
  if (/permission denied|authentication failed|user name is empty/.test(detail)) {
    return storeErrors.store_denied;
  }
  if (/database space exceeded/.test(detail)) return storeErrors.store_full;
  if (isConnectionLost(cause)) return storeErrors.store_unreachable;
  switch (statusOf(cause)) {
    case status.deadlineExceeded:
      return coreErrors.deadline_exceeded;
    case status.permissionDenied:
    case status.unauthenticated:
      return storeErrors.store_denied;
    default:
      return storeErrors.store_failed;
  }
}

function textOf({ code }: ErrorEntry, endpoints: string, detail: string): string {
  switch (code) {
    case "store_unreachable":
    case "deadline_exceeded":
      return `etcd at ${endpoints} does not answer (${detail}); check etcd.endpoints and that it runs`;
    case "store_denied":
      return `etcd at ${endpoints} refuses it (${detail}); check etcd.user, etcd.password, ` +
        "the certificates and the role's permissions";
    case "store_compacted":
      return `the history needed is gone (${detail}); list again and go on from there`;
    case "store_full":
      return `etcd at ${endpoints} is full (${detail}); compact and defragment it, then disarm its alarm`;
    default:
      return `etcd at ${endpoints}: ${detail}`;
  }
}

/** A connection that breaks under a call may be told as an internal error of the client. */
function isConnectionLost(error: unknown): boolean {
  const number = statusOf(error);
  return number === status.unavailable ||
    number === status.internal && /RST_STREAM/.test(describeError(error));
}

function statusOf(error: unknown): number | undefined {
  const match = /(?:^|: )(\d{1,2}) [A-Z_]+: /.exec(describeError(error));
  return match ? Number(match[1]) : undefined;
}
