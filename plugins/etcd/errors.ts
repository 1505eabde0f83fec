/**
 * Translates errors of the etcd client into errors of the key-value contract. The library only keeps the text
 * of a gRPC error, which begins with its status, as in `14 UNAVAILABLE: No connection established`.
 *
 * @module
 */
import { AgentError, coreErrors, describeError, type ErrorEntry } from "../../core/errors/mod.ts";
import { storeErrors } from "../../core/keyvalue/mod.ts";

/** Status numbers of gRPC. */
const status = {
  deadlineExceeded: 4,
  permissionDenied: 7,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * Whether the call was certainly not executed: it reached no server, or one that is not etcd. It can then be
 * made on another endpoint.
 */
export function isNotExecuted(error: unknown): boolean {
  return isNotConnected(error) || isNotEtcd(error);
}

/**
 * Whether the response came from another program: a gRPC server without etcd's services, or an HTTP server,
 * whose text gRPC then reads as the size of an impossibly large message.
 */
export function isNotEtcd(error: unknown): boolean {
  if (statusOf(error) === status.unimplemented) return true;
  const text = describeError(error);
  if (/Received HTTP status code [1-4]/.test(text)) return true;
  const size = /message larger than max \((\d+) vs/.exec(text);
  return size !== null && Number(size[1]) >= impossibleMessageBytes;
}

function isNotConnected(error: unknown): boolean {
  return statusOf(error) === status.unavailable &&
    /No connection established|Name resolution failed/.test(describeError(error));
}

/** No message of etcd is that large; four characters of text, read as a size, always are. */
const impossibleMessageBytes = 2 ** 29;

/** Whether the server did not answer; the call may have been executed or not. */
export function isUnreachable(error: unknown): boolean {
  return isConnectionLost(error) || statusOf(error) === status.deadlineExceeded;
}

/** Whether the server rejected the login token, for example because it expired. */
export function isTokenRefused(error: unknown): boolean {
  return /invalid auth token/.test(describeError(error));
}

/** Whether the user is logged in but lacks the permission. */
export function isPermissionDenied(error: unknown): boolean {
  return /permission denied/.test(describeError(error));
}

/** Returns the error as an error of the contract. Misuse and errors already translated are returned unchanged. */
export function etcdError(action: string, endpoints: readonly string[], cause: unknown): unknown {
  if (cause instanceof AgentError || cause instanceof TypeError || cause instanceof RangeError) {
    return cause;
  }
  const detail = describeError(cause);
  if (isMisuse(detail) && !isNotEtcd(cause)) {
    return new RangeError(`Cannot ${action}: ${detail}`, { cause });
  }
  const kind = kindOf(cause, detail);
  return new AgentError(kind, `Cannot ${action}: ${textOf(kind, endpoints.join(", "), detail)}`, {
    cause,
  });
}

/** Whether the client refused a response because of its size, before reading it. */
export function isMessageTooLarge(error: unknown): boolean {
  return /[Rr]eceived message larger than max/.test(describeError(error));
}

/** Whether etcd refused a request that no retry and no configuration can make valid. */
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
      return `etcd at ${endpoints} does not answer (${detail}); check etcd.endpoints and whether it is running`;
    case "store_denied":
      return `etcd at ${endpoints} denied access (${detail}); check etcd.user, etcd.password, ` +
        "the certificates and the permissions of the role";
    case "store_compacted":
      return `the history was compacted (${detail}); list again and continue from there`;
    case "store_full":
      return `etcd at ${endpoints} is full (${detail}); compact and defragment it, then disarm its alarm`;
    default:
      return isNotEtcd(new Error(detail))
        ? `the server at ${endpoints} is not etcd v3 (${detail}); check etcd.endpoints`
        : `etcd at ${endpoints}: ${detail}`;
  }
}

/** The client reports some broken connections as internal errors. */
function isConnectionLost(error: unknown): boolean {
  const number = statusOf(error);
  return number === status.unavailable ||
    number === status.internal && /RST_STREAM/.test(describeError(error));
}

function statusOf(error: unknown): number | undefined {
  const match = /(?:^|: |\()(\d{1,2}) [A-Z_]+: /.exec(describeError(error));
  return match ? Number(match[1]) : undefined;
}
