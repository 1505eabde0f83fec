/**
 * Cache from the bytes of a subject to its subscribers; a hit makes no string.
 *
 * The table has a fixed size. Each subject has two possible places, chosen by its hash; a new subject evicts the
 * older one of the two. An entry is valid for one generation of the sublist and is matched again after that.
 * Bound: `slots` entries of at most `maxSubjectBytes`; longer subjects are matched every time. Subjects used by
 * this process are also found by their text: at most `maxTexts` of them; the map is cleared when it is full.
 *
 * @module
 */
import { byteString, fromByteString, hashBytes, toByteString } from "../protocol/mod.ts";
import {
  isLiteralSubject,
  isReservedSubject,
  isValidSubject,
  type Sublist,
  userInfoSubject,
} from "../subjects/mod.ts";
import type { SubjectFamily, SubjectMetrics } from "./subject_metrics.ts";
import type { Subscription } from "./subscription.ts";
import type { TurnBudget } from "./turn_budget.ts";

const slots = 4096;
const maxSubjectBytes = 256;
const maxTexts = 1024;
const noSubscriptions: readonly Subscription[] = Object.freeze([]);

/** A subject and its subscribers. */
export class SubjectEntry {
  /** Byte string of the subject. */
  readonly subject: string;
  readonly family: SubjectFamily;
  /** Whether messages of clients on it are not routed: refused, or handled by the server itself. */
  readonly isReserved: boolean;
  /** Whether the server itself replies to requests on it. */
  readonly isUserInfo: boolean;
  generation = -1;
  /** Plain subscriptions of clients. */
  clients: readonly Subscription[] = [];
  /** Plain subscriptions of this process. */
  local: readonly Subscription[] = [];
  groups: readonly (readonly Subscription[])[] = [];
  /** Whether there are no subscribers. */
  isEmpty = true;
  #text: string | null = null;
  #isPublishable: boolean | undefined;

  constructor(subject: string, family: SubjectFamily) {
    this.subject = subject;
    this.family = family;
    this.isUserInfo = subject === userInfoSubject;
    this.isReserved = this.isUserInfo || isReservedSubject(subject);
  }

  /** The subject as text. */
  get text(): string {
    return this.#text ??= fromByteString(this.subject);
  }

  /** Whether this process may publish on it: a valid subject without wildcards. */
  get isPublishable(): boolean {
    return this.#isPublishable ??= isValidSubject(this.subject) && isLiteralSubject(this.subject);
  }

  /** Whether a subscriber of this process that must receive the message is paused. */
  get isPaused(): boolean {
    const { local, groups } = this;
    for (let i = 0; i < local.length; i++) if (local[i].isPaused) return true;
    for (let i = 0; i < groups.length; i++) {
      if (groups[i].every((member) => member.isPaused)) return true;
    }
    return false;
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

/** Counters of a {@linkcode SubjectCache}. */
export interface CacheStats {
  readonly entries: number;
  /** Most receivers of one subject. */
  readonly maxFanout: number;
  readonly averageFanout: number;
}

/** Cache of match results. See the module comment. */
export class SubjectCache {
  readonly #sublist: Sublist<Subscription>;
  readonly #metrics: SubjectMetrics;
  readonly #turn: TurnBudget;
  readonly #byText = new Map<string, SubjectEntry>();
  readonly #entries: (SubjectEntry | undefined)[] = new Array(slots).fill(undefined);

  constructor(sublist: Sublist<Subscription>, metrics: SubjectMetrics, turn: TurnBudget) {
    this.#sublist = sublist;
    this.#turn = turn;
    this.#metrics = metrics;
  }

  /** The entry of `buffer[start, end)`, with the current subscribers. */
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
        const fresh = new SubjectEntry(subject, this.#metrics.of(subject));
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

  /** Matches an entry again if subscriptions have changed since its last match. */
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

  /** Counters of the entries that are valid now. */
  stats(): CacheStats {
    const { generation } = this.#sublist;
    const fanouts = this.#entries.flatMap((entry) =>
      entry === undefined || entry.generation !== generation
        ? []
        : entry.clients.length + entry.local.length + entry.groups.length
    );
    const sum = fanouts.reduce((total, fanout) => total + fanout, 0);
    return {
      entries: fanouts.length,
      maxFanout: fanouts.reduce((most, fanout) => Math.max(most, fanout), 0),
      averageFanout: fanouts.length === 0 ? 0 : sum / fanouts.length,
    };
  }

  #encode(subject: string): SubjectEntry {
    const bytes = new Uint8Array(subject.length * 3);
    const { written } = new TextEncoder().encodeInto(subject, bytes);
    return this.find(bytes, 0, written, hashBytes(bytes, 0, written));
  }

  #match(entry: SubjectEntry): void {
    const { plain, groups } = this.#sublist.match(entry.subject);
    this.#turn.left -= groups.reduce((sum, group) => sum + group.length, plain.length);
    const isMixed = plain.some((subscription) => subscription.client === null);
    entry.clients = isMixed ? plain.filter((subscription) => subscription.client !== null) : plain;
    entry.local = isMixed
      ? plain.filter((subscription) => subscription.client === null)
      : noSubscriptions;
    entry.groups = groups;
    entry.isEmpty = plain.length + groups.length === 0;
    entry.generation = this.#sublist.generation;
  }
}

/** Byte string of a subject given by the program; throws a `TypeError` when it is invalid. */
export function checkedSubject(subject: string, isValid: (subject: string) => boolean): string {
  const bytes = toByteString(subject);
  if (!isValid(bytes)) throw new TypeError(`Invalid NATS subject ${JSON.stringify(subject)}`);
  return bytes;
}
