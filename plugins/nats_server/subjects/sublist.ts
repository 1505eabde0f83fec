/**
 * Subscriptions by subject: a trie with one level per token and separate children for wildcards.
 *
 * Every change increments {@linkcode Sublist.generation}; the subject cache compares it before it uses a stored
 * match. Memory is proportional to the number of subscriptions; empty branches are removed with their last
 * subscription.
 *
 * @module
 */
import { hasValidTokens } from "./subject.ts";

/** What the sublist needs of a subscription. Subject and queue are byte strings. */
export interface SublistEntry {
  readonly subject: string;
  /** Queue group; `null` when none. */
  readonly queue: string | null;
  /** Index of the entry in its list. Owned by the sublist. */
  slot: number;
}

/** Receivers of a message: every plain entry, and one entry of each group. Not changed after it was made. */
export interface Match<Entry> {
  readonly plain: readonly Entry[];
  readonly groups: readonly (readonly Entry[])[];
}

interface Node<Entry> {
  plain: Entry[] | null;
  groups: Map<string, Entry[]> | null;
  literals: Map<string, Node<Entry>> | null;
  star: Node<Entry> | null;
  tail: Node<Entry> | null;
}

const noGroups: readonly never[] = Object.freeze([]);

function node<Entry>(): Node<Entry> {
  return { plain: null, groups: null, literals: null, star: null, tail: null };
}

/** Counters of a {@linkcode Sublist}. */
export interface SublistStats {
  readonly subscriptions: number;
  readonly inserts: number;
  readonly removes: number;
  readonly matches: number;
}

/** A set of subscriptions that finds those that match a subject. */
export class Sublist<Entry extends SublistEntry> {
  readonly #root: Node<Entry> = node();
  readonly #nothing: Match<Entry> = Object.freeze({ plain: [], groups: [] });
  #generation = 0;
  #size = 0;
  #inserts = 0;
  #removes = 0;
  #matches = 0;

  /** Incremented by each insert and remove. */
  get generation(): number {
    return this.#generation;
  }

  /** Number of subscriptions. */
  get size(): number {
    return this.#size;
  }

  /** Counters since construction. */
  get stats(): SublistStats {
    return {
      subscriptions: this.#size,
      inserts: this.#inserts,
      removes: this.#removes,
      matches: this.#matches,
    };
  }

  /** Adds an entry. Returns false and adds nothing when its subject is malformed. */
  insert(entry: Entry): boolean {
    if (!hasValidTokens(entry.subject)) return false;
    let at = this.#root;
    for (const token of entry.subject.split(".")) at = descend(at, token);
    const list = listFor(at, entry.queue);
    entry.slot = list.length;
    list.push(entry);
    this.#size++;
    this.#inserts++;
    this.#generation++;
    return true;
  }

  /** Removes an entry. Returns false when it was not in the set. */
  remove(entry: Entry): boolean {
    const tokens = entry.subject.split(".");
    const path: Node<Entry>[] = [this.#root];
    for (const token of tokens) {
      const next = childOf(path[path.length - 1], token);
      if (next === undefined) return false;
      path.push(next);
    }
    const leaf = path[path.length - 1];
    const list = entry.queue === null ? leaf.plain : leaf.groups?.get(entry.queue);
    if (!list || list[entry.slot] !== entry) return false;
    takeOut(list, entry);
    if (list.length === 0) dropList(leaf, entry.queue);
    for (let i = tokens.length; i > 0 && isEmpty(path[i]); i--) cut(path[i - 1], tokens[i - 1]);
    this.#size--;
    this.#removes++;
    this.#generation++;
    return true;
  }

  /**
   * Receivers of a message on a literal subject. A subject with an empty token has none. Takes time proportional to
   * the number of matching entries.
   */
  match(subject: string): Match<Entry> {
    this.#matches++;
    const tokens = subject.split(".");
    if (tokens.includes("")) return this.#nothing;
    const plain: Entry[] = [];
    const groups = new Map<string, Entry[]>();
    collect(this.#root, tokens, 0, plain, groups);
    if (plain.length + groups.size === 0) return this.#nothing;
    return { plain, groups: groups.size === 0 ? noGroups : [...groups.values()] };
  }
}

function descend<Entry>(at: Node<Entry>, token: string): Node<Entry> {
  if (token === "*") return at.star ??= node();
  if (token === ">") return at.tail ??= node();
  const literals = at.literals ??= new Map();
  let next = literals.get(token);
  if (next === undefined) literals.set(token, next = node());
  return next;
}

function childOf<Entry>(at: Node<Entry>, token: string): Node<Entry> | undefined {
  if (token === "*") return at.star ?? undefined;
  if (token === ">") return at.tail ?? undefined;
  return at.literals?.get(token);
}

function cut<Entry>(at: Node<Entry>, token: string): void {
  if (token === "*") at.star = null;
  else if (token === ">") at.tail = null;
  else if (at.literals!.delete(token) && at.literals!.size === 0) at.literals = null;
}

function isEmpty<Entry>(at: Node<Entry>): boolean {
  return at.plain === null && at.groups === null && at.literals === null && at.star === null &&
    at.tail === null;
}

function listFor<Entry>(at: Node<Entry>, queue: string | null): Entry[] {
  if (queue === null) return at.plain ??= [];
  const groups = at.groups ??= new Map();
  let list = groups.get(queue);
  if (list === undefined) groups.set(queue, list = []);
  return list;
}

/** Removes in constant time: the last entry moves to the free slot. */
function takeOut<Entry extends SublistEntry>(list: Entry[], entry: Entry): void {
  const last = list.pop()!;
  if (last === entry) return;
  list[entry.slot] = last;
  last.slot = entry.slot;
}

function dropList<Entry>(at: Node<Entry>, queue: string | null): void {
  if (queue === null) at.plain = null;
  else if (at.groups!.delete(queue) && at.groups!.size === 0) at.groups = null;
}

function collect<Entry extends SublistEntry>(
  at: Node<Entry>,
  tokens: string[],
  depth: number,
  plain: Entry[],
  groups: Map<string, Entry[]>,
): void {
  if (depth === tokens.length) return addAll(at, plain, groups);
  if (at.tail !== null) addAll(at.tail, plain, groups);
  if (at.star !== null) collect(at.star, tokens, depth + 1, plain, groups);
  const token = tokens[depth];
  const next = at.literals?.get(token);
  if (next !== undefined) collect(next, tokens, depth + 1, plain, groups);
}

function addAll<Entry extends SublistEntry>(
  at: Node<Entry>,
  plain: Entry[],
  groups: Map<string, Entry[]>,
): void {
  if (at.plain !== null) { for (const entry of at.plain) plain.push(entry); }
  if (at.groups === null) return;
  for (const [queue, members] of at.groups) {
    const group = groups.get(queue);
    if (group === undefined) groups.set(queue, [...members]);
    else for (const member of members) group.push(member);
  }
}
