/*
 * Writes FlatBuffers back to front, as the format's own builders do, so that the same calls in the same
 * order give the same bytes. Positions are counted from the end of the buffer ("offsets"), which stay
 * valid while the front grows. Equal vtables are shared.
 */
export class Builder {
  #bytes = new Uint8Array(256);
  /** Bytes written so far. */
  #used = 0;
  readonly #vtables: number[] = [];
  #fields: number[] = [];
  #tableStart = 0;
  #minAlign = 1;

  /** Writes a string with its closing NUL; returns its offset. */
  text(bytes: Uint8Array): number {
    this.#prepare(4, bytes.length + 1);
    this.#push(1);
    this.#push(bytes.length);
    this.#bytes.set(bytes, this.#bytes.length - this.#used);
    this.#pushI32(bytes.length);
    return this.#used;
  }

  /** Writes a vector of offsets; returns its own. */
  vector(offsets: readonly number[]): number {
    this.#prepare(4, 4 * offsets.length);
    for (let i = offsets.length - 1; i >= 0; i--) this.#pushOffset(offsets[i]);
    this.#pushI32(offsets.length);
    return this.#used;
  }

  startTable(): void {
    this.#fields = [];
    this.#tableStart = this.#used;
  }

  offsetField(slot: number, offset: number): void {
    this.#prepare(4, 0);
    this.#pushOffset(offset);
    this.#fields[slot] = this.#used;
  }

  int64Field(slot: number, value: bigint): void {
    this.#prepare(8, 0);
    this.#push(8);
    new DataView(this.#bytes.buffer).setBigInt64(this.#bytes.length - this.#used, value, true);
    this.#fields[slot] = this.#used;
  }

  /** Closes the table, sharing its vtable when an equal one was written; returns its offset. */
  endTable(): number {
    this.#prepare(4, 0);
    this.#pushI32(0);
    const table = this.#used;
    const vtable = this.#vtable(table);
    let shared = this.#vtables.find((at) => this.#equalsAt(at, vtable));
    if (shared === undefined) {
      this.#prepare(2, vtable.length - 2);
      this.#push(vtable.length);
      this.#bytes.set(vtable, this.#bytes.length - this.#used);
      shared = this.#used;
      this.#vtables.push(shared);
    }
    const view = new DataView(this.#bytes.buffer);
    view.setInt32(this.#bytes.length - table, shared - table, true);
    return table;
  }

  /** Writes the root offset; returns the finished payload. */
  finish(root: number): Uint8Array {
    this.#prepare(Math.max(this.#minAlign, 4), 4);
    this.#pushOffset(root);
    return this.#bytes.slice(this.#bytes.length - this.#used);
  }

  #vtable(table: number): Uint8Array {
    const vtable = new Uint8Array(4 + 2 * this.#fields.length);
    const view = new DataView(vtable.buffer);
    view.setUint16(0, vtable.length, true);
    view.setUint16(2, table - this.#tableStart, true);
    this.#fields.forEach((field, slot) => view.setUint16(4 + 2 * slot, table - field, true));
    return vtable;
  }

  #equalsAt(offset: number, vtable: Uint8Array): boolean {
    const at = this.#bytes.length - offset;
    return vtable.every((byte, i) => this.#bytes[at + i] === byte);
  }

  /** Pads so that after `extra` further bytes the next value of `size` bytes is aligned. */
  #prepare(size: number, extra: number): void {
    if (size > this.#minAlign) this.#minAlign = size;
    const padding = -(this.#used + extra) & (size - 1);
    while (this.#bytes.length < this.#used + padding + extra + size + 8) this.#grow();
    this.#push(padding);
  }

  #push(count: number): void {
    this.#used += count;
  }

  #pushI32(value: number): void {
    this.#push(4);
    new DataView(this.#bytes.buffer).setInt32(this.#bytes.length - this.#used, value, true);
  }

  #pushOffset(offset: number): void {
    this.#pushI32(this.#used + 4 - offset);
  }

  #grow(): void {
    const grown = new Uint8Array(2 * this.#bytes.length);
    grown.set(this.#bytes, this.#bytes.length);
    this.#bytes = grown;
  }
}
