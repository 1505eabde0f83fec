/**
 * Counters per subject family. A family is the first token of a subject. The first `limit` families seen get
 * counters of their own, all others share the family `other`, so that the number of metric labels is bounded
 * whatever clients publish.
 *
 * @module
 */

/** Counters of one family. Plain numbers that only grow. */
export interface SubjectFamily {
  /** First token of the subjects, or `other`. */
  readonly name: string;
  /** Messages published by clients and by this process. */
  messages: number;
  /** Payload bytes of those messages, headers included. */
  bytes: number;
  /** Messages without a subscriber. */
  unrouted: number;
  /** Messages whose in-process handler threw. */
  failed: number;
  /** Messages lost because the receiving client was disconnected as a slow consumer. */
  dropped: number;
}

/** Message counters of one server. */
export class SubjectMetrics {
  readonly #limit: number;
  readonly #families = new Map<string, SubjectFamily>();
  readonly #other = newFamily("other");

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
    if (this.#families.size >= this.#limit || !isReadable(name)) return this.#other;
    const family = newFamily(name);
    this.#families.set(name, family);
    return family;
  }

  /** Gives a family counters of its own before its first message, even beyond the limit. */
  reserve(name: string): void {
    if (!this.#families.has(name)) this.#families.set(name, newFamily(name));
  }

  /** All families, `other` last. */
  *all(): IterableIterator<SubjectFamily> {
    yield* this.#families.values();
    yield this.#other;
  }
}

function newFamily(name: string): SubjectFamily {
  return { name, messages: 0, bytes: 0, unrouted: 0, failed: 0, dropped: 0 };
}

/** Binary or very long names would make unreadable labels; they count as `other`. */
function isReadable(name: string): boolean {
  return /^[\x21-\x7e]{1,64}$/.test(name);
}
