import type { LogMessageView } from "../wire/mod.ts";

interface Entry<T> {
  readonly hash: number;
  /** Container name, then id. */
  readonly key: Uint8Array;
  readonly nameLength: number;
  readonly value: T;
  readonly next: Entry<T> | undefined;
}

/**
 * Finds what belongs to a container by the bytes of its name and id, where they stand in a message: no
 * string is made and nothing is allocated. The last entry found is tried first. Its owner bounds its size.
 */
export class NameTable<T> {
  readonly #chains = new Map<number, Entry<T>>();
  #last: Entry<T> | undefined;
  #size = 0;

  /** Entries. */
  get size(): number {
    return this.#size;
  }

  find(buffer: Uint8Array, view: LogMessageView): T | undefined {
    const last = this.#last;
    if (last !== undefined && isKeyOf(last, buffer, view)) return last.value;
    let entry = this.#chains.get(hashOf(buffer, view));
    while (entry !== undefined && !isKeyOf(entry, buffer, view)) entry = entry.next;
    if (entry === undefined) return undefined;
    this.#last = entry;
    return entry.value;
  }

  /** Adds an entry that {@linkcode find} does not find. */
  add(buffer: Uint8Array, view: LogMessageView, value: T): void {
    const hash = hashOf(buffer, view);
    const nameLength = view.nameEnd - view.nameStart;
    const key = new Uint8Array(nameLength + view.idEnd - view.idStart);
    key.set(buffer.subarray(view.nameStart, view.nameEnd));
    key.set(buffer.subarray(view.idStart, view.idEnd), nameLength);
    this.#chains.set(hash, { hash, key, nameLength, value, next: this.#chains.get(hash) });
    this.#size++;
  }

  /** Removes every entry that leads to `value`. */
  remove(value: T): void {
    const kept = [...this.#chains.values()].flatMap((chain) => [...chainOf(chain)])
      .filter((entry) => entry.value !== value);
    this.#chains.clear();
    this.#last = undefined;
    this.#size = kept.length;
    for (const entry of kept) {
      this.#chains.set(entry.hash, { ...entry, next: this.#chains.get(entry.hash) });
    }
  }
}

function* chainOf<T>(first: Entry<T>): Generator<Entry<T>> {
  for (let entry: Entry<T> | undefined = first; entry !== undefined; entry = entry.next) {
    yield entry;
  }
}

function isKeyOf<T>(entry: Entry<T>, buffer: Uint8Array, view: LogMessageView): boolean {
  const { key, nameLength } = entry;
  const { nameStart, idStart } = view;
  if (view.nameEnd - nameStart !== nameLength) return false;
  if (view.idEnd - idStart !== key.length - nameLength) return false;
  for (let i = 0; i < nameLength; i++) if (key[i] !== buffer[nameStart + i]) return false;
  for (let i = nameLength; i < key.length; i++) {
    if (key[i] !== buffer[idStart + i - nameLength]) return false;
  }
  return true;
}

/** FNV-1a over name, a separator and id. */
function hashOf(buffer: Uint8Array, view: LogMessageView): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = view.nameStart; at < view.nameEnd; at++) {
    hash = Math.imul(hash ^ buffer[at], 0x01000193);
  }
  hash = Math.imul(hash ^ 0x100, 0x01000193);
  for (let at = view.idStart; at < view.idEnd; at++) {
    hash = Math.imul(hash ^ buffer[at], 0x01000193);
  }
  return hash;
}
