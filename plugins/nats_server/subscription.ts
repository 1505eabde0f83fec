/**
 * One subscription, of a client or of this process.
 *
 * @module
 */
import { byteStringBytes, putByteString } from "./ascii.ts";
import type { Connection } from "./connection.ts";
import type { InProcessHandler } from "./in_process.ts";
import type { SubjectEntry } from "./subject_cache.ts";
import type { SublistEntry } from "./sublist.ts";

const noBytes = new Uint8Array(0);

/** Entry of the sublist. Exactly one of `client` and `handler` is set. */
export class Subscription implements SublistEntry {
  readonly subject: string;
  readonly queue: string | null;
  /** The client's own name for it, a byte string; empty in process. */
  readonly sid: string;
  readonly client: Connection | null;
  readonly handler: InProcessHandler | null;
  slot = 0;
  /** Messages delivered. */
  delivered = 0;
  /** Ends itself at this many messages; 0 = never. */
  max = 0;
  closed = false;
  /** In process only: declared itself full. */
  paused = false;
  /** In process only: got something from the present chunk. */
  touched = false;

  #headFor: SubjectEntry | null = null;
  #head = noBytes;
  #headerHead = noBytes;

  constructor(
    subject: string,
    queue: string | null,
    sid: string,
    client: Connection | null,
    handler: InProcessHandler | null,
  ) {
    this.subject = subject;
    this.queue = queue;
    this.sid = sid;
    this.client = client;
    this.handler = handler;
  }

  /** `MSG subject sid ` or `HMSG subject sid `, kept for the last subject. */
  head(entry: SubjectEntry, withHeaders: boolean): Uint8Array {
    if (this.#headFor !== entry) {
      const text = `MSG ${entry.subject} ${this.sid} `;
      this.#headerHead = new Uint8Array(text.length + 1);
      this.#headerHead[0] = 72;
      putByteString(this.#headerHead, 1, text);
      this.#head = byteStringBytes(text);
      this.#headFor = entry;
    }
    return withHeaders ? this.#headerHead : this.#head;
  }
}
