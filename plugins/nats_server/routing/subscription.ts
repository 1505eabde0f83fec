/**
 * One subscription, of a client or of this process.
 *
 * @module
 */
import { ascii, putByteString } from "../protocol/mod.ts";
import type { SublistEntry } from "../subjects/mod.ts";
import type { Client } from "./client.ts";
import type { InProcessHandler } from "./message_view.ts";

const noBytes: Uint8Array = new Uint8Array(0);
/** Extra room, so that a slightly longer subject does not need a new buffer. */
const headSlackBytes = 16;

/** Entry of the sublist. Exactly one of `client` and `handler` is set. */
export class Subscription implements SublistEntry {
  readonly subject: string;
  readonly queue: string | null;
  /** Id chosen by the client, a byte string; empty in process. */
  readonly sid: string;
  /** Null also once the subscription is closed. */
  client: Client | null;
  readonly handler: InProcessHandler | null;
  slot = 0;
  /** Messages delivered. */
  delivered = 0;
  /** Ends after this many messages; 0 means never. */
  max = 0;
  isClosed = false;
  /** In process only: the subscriber paused the delivery. */
  isPaused = false;
  /** In process only: received at least one message of the current chunk. */
  isTouched = false;

  /** `HMSG subject sid ` for the last subject, at `[0, headEnd)`; from offset 1 on it reads `MSG subject sid `. */
  headBytes = noBytes;
  headEnd = 0;
  #headFor: { readonly subject: string } | null = null;

  constructor(
    subject: string,
    queue: string | null,
    sid: string,
    client: Client | null,
    handler: InProcessHandler | null,
  ) {
    this.subject = subject;
    this.queue = queue;
    this.sid = sid;
    this.client = client;
    this.handler = handler;
  }

  /** Ends the subscription; lets its client be collected although cached matches may still hold this object. */
  close(): void {
    this.isClosed = true;
    this.client = null;
  }

  /**
   * Fills `headBytes` for a subject. Allocates nothing for a subject that fits the buffer, so subjects that are
   * used once (replies) cost no garbage.
   */
  prepareHead(entry: { readonly subject: string }): void {
    if (this.#headFor === entry) return;
    const { subject } = entry;
    const length = 5 + subject.length + 1 + this.sid.length + 1;
    if (this.headBytes.length < length) this.headBytes = new Uint8Array(length + headSlackBytes);
    const bytes = this.headBytes;
    let at = putByteString(bytes, putByteString(bytes, 0, "HMSG "), subject);
    bytes[at++] = ascii.space;
    at = putByteString(bytes, at, this.sid);
    bytes[at++] = ascii.space;
    this.headEnd = at;
    this.#headFor = entry;
  }
}
