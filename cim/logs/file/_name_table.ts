import { type LogMessageView, sameBytes } from "../../wire/mod.ts";

interface Entry<T> {
  /** Container name, then id. */
  readonly key: DataView;
  readonly nameLength: number;
  readonly value: T;
}

/** Places of the quick look-up; a power of two. */
const PLACES = 256;

/**
 * Finds what belongs to a container by the bytes of its name and id, where they stand in a message: no
 * string is made and nothing is allocated. A place is chosen by the lengths and the last bytes, which tell most
 * containers of a pod apart; only those that share a place are compared one after the other. Its owner bounds
 * its size.
 */
export class NameTable<T> {
  readonly #places: (Entry<T> | undefined)[] = new Array(PLACES).fill(undefined);
  #entries: Entry<T>[] = [];

  /** Entries. */
  get size(): number {
    return this.#entries.length;
  }

  find(view: LogMessageView): T | undefined {
    const place = placeOf(view);
    const quick = this.#places[place];
    if (quick === undefined) return undefined;
    if (isKeyOf(quick, view)) return quick.value;
    for (const entry of this.#entries) {
      if (!isKeyOf(entry, view)) continue;
      this.#places[place] = entry;
      return entry.value;
    }
    return undefined;
  }

  /** Adds an entry that {@linkcode find} does not find. */
  add(view: LogMessageView, value: T): void {
    const { buffer } = view;
    const nameLength = view.nameEnd - view.nameStart;
    const key = new Uint8Array(nameLength + view.idEnd - view.idStart);
    key.set(buffer.subarray(view.nameStart, view.nameEnd));
    key.set(buffer.subarray(view.idStart, view.idEnd), nameLength);
    const entry = { key: new DataView(key.buffer), nameLength, value };
    this.#entries.push(entry);
    this.#places[placeOf(view)] = entry;
  }

  /** Removes every entry that leads to `value`. */
  remove(value: T): void {
    this.#entries = this.#entries.filter((entry) => entry.value !== value);
    // A place may be shared: it is left to any entry, so that `find` goes on to compare the others.
    const [any] = this.#entries;
    for (let place = 0; place < PLACES; place++) {
      if (this.#places[place]?.value === value) this.#places[place] = any;
    }
  }
}

function placeOf({ buffer, nameStart, nameEnd, idStart, idEnd }: LogMessageView): number {
  let mix = (nameEnd - nameStart) * 31 + (idEnd - idStart);
  if (nameEnd > nameStart) mix = mix * 31 + buffer[nameEnd - 1];
  if (idEnd > idStart) mix = mix * 31 + buffer[idEnd - 1];
  return mix & (PLACES - 1);
}

function isKeyOf<T>({ key, nameLength }: Entry<T>, view: LogMessageView): boolean {
  const { data, nameStart, idStart } = view;
  const idLength = view.idEnd - idStart;
  return view.nameEnd - nameStart === nameLength && idLength === key.byteLength - nameLength &&
    sameBytes(key, 0, data, nameStart, nameLength) &&
    sameBytes(key, nameLength, data, idStart, idLength);
}
