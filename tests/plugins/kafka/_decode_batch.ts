import { crc32c } from "../../../plugins/kafka/_crc32c.ts";

/** A record of a decoded batch. */
export interface DecodedRecord {
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly headers: readonly (readonly [string, string])[];
}

/** A decoded record batch. */
export interface DecodedBatch {
  readonly codec: number;
  readonly timestampMs: number;
  readonly producerId: bigint;
  readonly epoch: number;
  readonly sequence: number;
  readonly records: readonly DecodedRecord[];
}

const decoder = new TextDecoder();

/** Decodes a record batch that is not compressed; throws when its lengths, counts or checksum are wrong. */
export function decodeBatch(batch: Uint8Array): DecodedBatch {
  const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
  if (view.getInt32(8) !== batch.length - 12) throw new Error("wrong length");
  if (view.getInt8(16) !== 2) throw new Error("wrong magic");
  if (view.getUint32(17) !== crc32c(view, 21, batch.length)) throw new Error("wrong checksum");
  const count = view.getInt32(57);
  if (view.getInt32(23) !== count - 1) throw new Error("wrong last offset");
  let at = 61;

  function varint(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const byte = batch[at++];
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
  }
  function text(): string | undefined {
    const length = varint();
    if (length < 0) return undefined;
    at += length;
    return decoder.decode(batch.subarray(at - length, at));
  }

  const records: DecodedRecord[] = [];
  for (let index = 0; index < count; index++) {
    const length = varint();
    const end = at + length;
    at++;
    if (varint() !== 0 || varint() !== index) throw new Error("wrong delta");
    const key = text();
    const value = text();
    const headers = Array.from({ length: varint() }, () => [text()!, text()!] as const);
    if (at !== end) throw new Error("wrong length of a record");
    records.push({ key, value, headers });
  }
  if (at !== batch.length) throw new Error("bytes after the last record");
  return {
    codec: view.getInt16(21),
    timestampMs: Number(view.getBigInt64(35)),
    producerId: view.getBigInt64(43),
    epoch: view.getInt16(51),
    sequence: view.getInt32(53),
    records,
  };
}
