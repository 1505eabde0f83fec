import type { SpoolBlock } from "../../../core/mod.ts";

/** One record of a block. */
export interface StoredRecord {
  /** Key, for records that have one. */
  readonly key?: Uint8Array;
  readonly value: Uint8Array;
}

const lineFeed = 0x0a;
const absent = 0xffff_ffff;

/**
 * The records of a block. Routes frame records in three ways, and a block says only how many there are: lines, frames
 * of a length and a value, and frames of a length, a key, a value and headers. The way that fits exactly is taken.
 */
export function recordsOf({ data, records }: Pick<SpoolBlock, "data" | "records">): StoredRecord[] {
  const frames = framesOf(data);
  if (frames?.length === records) {
    return frames.map((frame) => {
      const [key, value] = fieldsOf(frame) ?? [];
      return value ? { key, value } : { value: frame };
    });
  }
  const lines: StoredRecord[] = [];
  for (let at = 0; at < data.length;) {
    const end = data.indexOf(lineFeed, at);
    const next = end < 0 ? data.length : end;
    lines.push({ value: data.subarray(at, next) });
    at = next + 1;
  }
  return lines;
}

/** The frames that fill the data exactly; undefined when it is not framed. */
function framesOf(data: Uint8Array): Uint8Array[] | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const frames: Uint8Array[] = [];
  let at = 0;
  while (at + 4 <= data.length) {
    const end = at + 4 + view.getUint32(at);
    if (end > data.length) return undefined;
    frames.push(data.subarray(at + 4, end));
    at = end;
  }
  return at === data.length ? frames : undefined;
}

/** Key, value and headers that fill a frame exactly; undefined when it has another form. */
function fieldsOf(frame: Uint8Array): (Uint8Array | undefined)[] | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const fields: (Uint8Array | undefined)[] = [];
  let at = 0;
  while (at + 4 <= frame.length) {
    const length = view.getUint32(at);
    at += 4;
    fields.push(length === absent ? undefined : frame.subarray(at, at + length));
    if (length !== absent) at += length;
  }
  return at === frame.length && fields.length >= 2 && fields.length % 2 === 0 ? fields : undefined;
}
