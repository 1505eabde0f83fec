/**
 * From the bytes of a subject to who gets the message, without making a string of them.
 *
 * A table of fixed size; each subject has two places, found by its hash, and the newer subject takes the
 * older one's. An entry is good for one generation of the sublist and is matched anew after it. Bound:
 * `slots` entries of at most `maxSubjectBytes`; longer subjects are matched each time. Subjects that this process
 * uses are also found by their text: `maxTexts` of them, all forgotten when full.
 *
 * @module
 */
import { byteString, fromByteString, toByteString } from "../protocol/ascii.ts";
import { hashBytes } from "../protocol/scan.ts";
import type { Families, SubjectFamily } from "../monitoring/families.ts";
import { isReservedSubject } from "../subjects/reserved.ts";
import { isLiteralSubject, isValidSubject } from "../subjects/subject.ts";
import type { Sublist } from "../subjects/sublist.ts";
import type { Subscription } from "./subscription.ts";

const slots = 4096;
const maxSubjectBytes = 256;
const maxTexts = 1024;
const nobody: readonly Subscription[] = Object.freeze([]);

/** A subject and who gets its messages. */
export class SubjectEntry {
  /** Byte string of the subject. */
  readonly subject: string;
  readonly family: SubjectFamily;
  /** Whether clients may not publish on it. */
  readonly isReserved: boolean;
  generation = -1;
  /** Plain subscriptions of clients. */
  clients: readonly Subscription[] = [];
  /** Plain subscriptions of this process. */
  local: readonly Subscription[] = [];
  groups: readonly (readonly Subscription[])[] = [];
  /** Whether nobody is subscribed. */
  isEmpty = true;
  #text: string | null = null;
  #isPublishable: boolean | undefined;

  constructor(subject: string, family: SubjectFamily) {
    this.subject = subject;
    this.family = family;
    this.isReserved = isReservedSubject(subject);
  }

  /** The subject as text. */
  get text(): string {
    return this.#text ??= fromByteString(this.subject);
  }

  /** Whether a message may be published on it in process: valid, and without wildcards. */
  get isPublishable(): boolean {
    return this.#isPublishable ??= isValidSubject(this.subject) && isLiteralSubject(this.subject);
  }

  /** Whether its bytes are `buffer[start, end)`. */
  is(buffer: Uint8Array, start: number, end: number): boolean {
    const { subject } = this;
    if (subject.length !== end - start) return false;
    for (let i = 0; i < subject.length; i++) {
      if (subject.charCodeAt(i) !== buffer[start + i]) return false;
    }
    return true;
  }
}

/** Cache of match results. See the module comment. */
export class SubjectCache {
  readonly #sublist: Sublist<Subscription>;
  readonly #families: Families;
  readonly #byText = new Map<string, SubjectEntry>();
  readonly #entries: (SubjectEntry | undefined)[] = new Array(slots).fill(undefined);

  constructor(sublist: Sublist<Subscription>, families: Families) {
    this.#sublist = sublist;
    this.#families = families;
  }

  /** The entry of `buffer[start, end)`, matched against the present subscriptions. */
  find(buffer: Uint8Array, start: number, end: number, hash: number): SubjectEntry {
    const entries = this.#entries;
    const place = (hash ^ (hash >>> 12)) & (slots - 1);
    let entry = entries[place];
    if (entry === undefined || !entry.is(buffer, start, end)) {
      const other = entries[place ^ 1];
      if (other !== undefined && other.is(buffer, start, end)) {
        entry = other;
      } else {
        const subject = byteString(buffer, start, end);
        const fresh = new SubjectEntry(subject, this.#families.of(subject));
        if (end - start <= maxSubjectBytes) {
          entries[place ^ 1] = entry;
          entries[place] = fresh;
        }
        entry = fresh;
      }
    }
    this.refresh(entry);
    return entry;
  }

  /** Matches an entry anew when subscriptions have changed since. */
  refresh(entry: SubjectEntry): void {
    if (entry.generation !== this.#sublist.generation) this.#match(entry);
  }

  /** The entry of a subject given as text. */
  findText(subject: string): SubjectEntry {
    const known = this.#byText.get(subject);
    if (known !== undefined) {
      this.refresh(known);
      return known;
    }
    const entry = this.#encode(subject);
    if (this.#byText.size >= maxTexts) this.#byText.clear();
    this.#byText.set(subject, entry);
    return entry;
  }

  #encode(subject: string): SubjectEntry {
    const bytes = new Uint8Array(subject.length * 3);
    const { written } = new TextEncoder().encodeInto(subject, bytes);
    return this.find(bytes, 0, written, hashBytes(bytes, 0, written));
  }

  #match(entry: SubjectEntry): void {
    const { plain, groups } = this.#sublist.match(entry.subject);
    const isMixed = plain.some((subscription) => subscription.client === null);
    entry.clients = isMixed ? plain.filter((subscription) => subscription.client !== null) : plain;
    entry.local = isMixed ? plain.filter((subscription) => subscription.client === null) : nobody;
    entry.groups = groups;
    entry.isEmpty = plain.length + groups.length === 0;
    entry.generation = this.#sublist.generation;
  }
}

/** Byte string of a subject given by the program; throws a `TypeError` when it is not a valid one. */
export function checkedSubject(subject: string, isValid: (subject: string) => boolean): string {
  const bytes = toByteString(subject);
  if (!isValid(bytes)) throw new TypeError(`Invalid NATS subject ${JSON.stringify(subject)}`);
  return bytes;
}
