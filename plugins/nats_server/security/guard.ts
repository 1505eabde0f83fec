/**
 * Permissions of one connection, as router and connection query them. `permissions.ts` implements it; `null`
 * stands for "everything is allowed", so that the usual case costs one comparison.
 *
 * @module
 */

/** Permissions of one connection. Subjects and queues are byte strings. */
export interface Guard {
  /** Whether the client may publish on a subject. */
  mayPublish(subject: string): boolean;
  /** Whether the client may subscribe to a subject, in a queue group if given. */
  maySubscribe(subject: string, queue: string | null): boolean;
  /** Whether a subscription must not receive this subject, although a wildcard of it matches. */
  deniesDelivery(subject: string, queue: string | null): boolean;
  /** Called when a message with this reply subject was delivered: the client may be allowed to respond. */
  expectResponse(reply: string): void;
}
