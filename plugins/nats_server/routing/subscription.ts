/**
 * One subscription, of a client or of this process.
 *
 * @module
 */
import { ascii, putByteString } from "../protocol/ascii.ts";
import type { Connection } from "../connection/connection.ts";
import type { InProcessHandler } from "./in_process.ts";
import type { SubjectEntry } from "./subject_cache.ts";
import type { SublistEntry } from "../subjects/sublist.ts";

const noBytes = new Uint8Array(0);
/** Room for the next subject to be somewhat longer. */
const headSlackBytes = 16;

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

  /** Holds `HMSG subject sid ` of the last subject at `[0, headEnd)`; from 1 on it reads `MSG subject sid `. */
  headBytes = noBytes;
  headEnd = 0;
  #headFor: SubjectEntry | null = null;

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

  /** Makes `headBytes` those of the subject. Subjects that come once, as of replies, allocate nothing here. */
  prepareHead(entry: SubjectEntry): void {
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
