/**
 * Counters per subject family. A family is the first token of a subject; the first `limit` families seen
 * get counters of their own, all further ones share the family `other`, so that labels stay bounded
 * whatever clients publish.
 *
 * @module
 */

/** Counters of one family. Plain numbers; they only grow. */
export interface SubjectFamily {
  /** First token of the subjects, or `other`. */
  readonly name: string;
  /** Messages published by clients and by this process. */
  messages: number;
  /** Payload bytes of those messages, headers included. */
  bytes: number;
  /** Messages that nobody was subscribed to. */
  unrouted: number;
  /** Messages whose in-process handler threw. */
  failed: number;
  /** Messages not taken by a client because it was cut off as too slow at that moment. */
  dropped: number;
}

/** The families of a server. */
export class Families {
  readonly #limit: number;
  readonly #families = new Map<string, SubjectFamily>();
  readonly #other = family("other");

  /** @param limit Families with counters of their own; default 32. */
  constructor(limit = 32) {
    this.#limit = limit;
  }

  /** The family of a subject. */
  of(subject: string): SubjectFamily {
    const dot = subject.indexOf(".");
    const name = dot < 0 ? subject : subject.slice(0, dot);
    const known = this.#families.get(name);
    if (known !== undefined) return known;
    if (this.#families.size >= this.#limit || !isPlainName(name)) return this.#other;
    const fresh = family(name);
    this.#families.set(name, fresh);
    return fresh;
  }

  /** Makes sure that a family has counters of its own, whoever publishes first. */
  reserve(name: string): void {
    if (!this.#families.has(name)) this.#families.set(name, family(name));
  }

  /** All families, `other` last. */
  *all(): IterableIterator<SubjectFamily> {
    yield* this.#families.values();
    yield this.#other;
  }
}

function family(name: string): SubjectFamily {
  return { name, messages: 0, bytes: 0, unrouted: 0, failed: 0, dropped: 0 };
}

/** A label a person can read: what comes from binary rubbish goes to `other`. */
function isPlainName(name: string): boolean {
  return /^[\x21-\x7e]{1,64}$/.test(name);
}
