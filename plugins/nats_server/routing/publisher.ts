/**
 * What the router needs of a connected client whose message it routes.
 *
 * @module
 */
import { byteString, type Frame } from "../protocol/mod.ts";
import type { ViolationKind } from "../stats.ts";
import type { Client } from "./client.ts";
import type { SubjectEntry } from "./subject_cache.ts";

/** A client that publishes messages. */
export interface Publisher extends Client {
  /** Whether each of its messages is confirmed with `+OK`. */
  readonly verbose: boolean;
  /** Whether it wants a 503 message when a request has no subscriber. */
  readonly noResponders: boolean;
  /** Pending bytes of a receiver above which this publisher has to wait. */
  readonly stallBytes: number;
  /** Messages received from it. */
  inMessages: number;
  /** Payload bytes of those messages, headers included. */
  inBytes: number;
  /** Subject of its previous message. Owned by the router. */
  lastEntry: SubjectEntry | null;
  /** A receiver whose pending bytes exceeded `stallBytes` because of this publisher. */
  stalledBy: Client | null;
  /** Answers with an -ERR that does not end the connection. */
  violate(kind: ViolationKind, text: string, subject: string): void;
  /** The reply to a request for its own user information. */
  userInfo(): Uint8Array;
  /** Answers `+OK`. */
  ok(): void;
}

/** Whether the client may publish on the subject. */
export function mayPublish({ guard }: Publisher, entry: SubjectEntry): boolean {
  return guard === null || guard.mayPublish(entry.subject);
}

/** Tells the client that it may not publish on the subject. The message is handled: returns true. */
export function refuseSubject(from: Publisher, { subject }: SubjectEntry): true {
  from.violate("publish_permission", "Permissions Violation for Publish to ", subject);
  return true;
}

/** Tells the client that its reply subject is reserved. The message is handled: returns true. */
export function refuseReply(
  from: Publisher,
  { replyStart, replyEnd }: Frame,
  buffer: Uint8Array,
): true {
  const reply = byteString(buffer, replyStart, replyEnd);
  from.violate("publish_permission", "Permissions Violation for Publish with Reply of ", reply);
  return true;
}
