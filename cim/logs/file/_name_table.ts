import { type LogMessageView, sameBytes } from "../../wire/mod.ts";

interface Entry<T> {
  /** Container name, then id. */
  readonly key: DataView;
  readonly nameLength: number;
  readonly value: T;
}

/** Slots of the fast look-up; a power of two. */
const SLOTS = 256;

/**
 * Finds the value of a container by the bytes of its name and id, in the message where they are: no string is
 * made and nothing is allocated. The slot depends on the lengths and the last bytes, which differ between most
 * containers of a pod; entries are compared one by one only when several have the same slot. The owner bounds
 * the number of entries.
 */
export class NameTable<T> {
  readonly #slots: (Entry<T> | undefined)[] = new Array(SLOTS).fill(undefined);
  #entries: Entry<T>[] = [];

  /** Number of entries. */
  get size(): number {
    return this.#entries.length;
  }

  find(view: LogMessageView): T | undefined {
    const slot = slotOf(view);
    const first = this.#slots[slot];
    if (first === undefined) return undefined;
    if (isKeyOf(first, view)) return first.value;
    for (const entry of this.#entries) {
      if (!isKeyOf(entry, view)) continue;
      this.#slots[slot] = entry;
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
    this.#slots[slotOf(view)] = entry;
  }

  /** Removes all entries with that value. */
  remove(value: T): void {
    this.#entries = this.#entries.filter((entry) => entry.value !== value);
    // Other entries may have the same slot: any entry in it makes `find` compare all of them.
    const [any] = this.#entries;
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#slots[slot]?.value === value) this.#slots[slot] = any;
    }
  }
}

function slotOf({ buffer, nameStart, nameEnd, idStart, idEnd }: LogMessageView): number {
  let mix = (nameEnd - nameStart) * 31 + (idEnd - idStart);
  if (nameEnd > nameStart) mix = mix * 31 + buffer[nameEnd - 1];
  if (idEnd > idStart) mix = mix * 31 + buffer[idEnd - 1];
  return mix & (SLOTS - 1);
}

function isKeyOf<T>({ key, nameLength }: Entry<T>, view: LogMessageView): boolean {
  const { data, nameStart, idStart } = view;
  const idLength = view.idEnd - idStart;
  return view.nameEnd - nameStart === nameLength && idLength === key.byteLength - nameLength &&
    sameBytes(key, 0, data, nameStart, nameLength) &&
    sameBytes(key, nameLength, data, idStart, idLength);
}
