/**
 * What a connection may do, as the router and the connection ask it. Made by `permissions.ts`; `null`
 * where everything is allowed, so that the usual case costs one comparison.
 *
 * @module
 */

/** Decides for one connection. Subjects and queues are byte strings. */
export interface Guard {
  /** Whether the client may publish on a subject. */
  mayPublish(subject: string): boolean;
  /** Whether the client may subscribe, in the group when there is one. */
  maySubscribe(subject: string, queue: string | null): boolean;
  /** Whether a wildcard subscription must not get this subject. */
  deniesDelivery(subject: string, queue: string | null): boolean;
  /** A message with this reply subject was delivered: an answer may be allowed. */
  expectResponse(reply: string): void;
}
