/**
 * CRC-32 as in zlib. Headers are so short that a table is faster than a call of the library, which is therefore loaded
 * only when the first data is written or read.
 *
 * @module
 */
import { builtin } from "../runtime/mod.ts";

/** Up to this length the table is used. */
const tableBytes = 64;
const table = new Uint32Array(256).map((_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb8_8320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The checksum of the bytes. */
export function crc32(bytes: Uint8Array): number {
  if (bytes.length > tableBytes) return builtin("node:zlib").crc32(bytes);
  let state = ~0;
  for (const byte of bytes) state = (state >>> 8) ^ table[(state ^ byte) & 0xff];
  return ~state >>> 0;
}
