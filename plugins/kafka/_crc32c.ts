/**
 * CRC-32C (Castagnoli), the checksum of Kafka's record batches. The runtime has only the IEEE polynomial natively,
 * so this processes eight bytes per step with eight tables.
 *
 * @module
 */

const polynomial = 0x82f63b78;

/** Table `n` advances a byte that is followed by `n` more bytes of the same step. */
const [t0, t1, t2, t3, t4, t5, t6, t7] = createTables();

/** The checksum of `bytes[start, end)`, as an unsigned number. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    crc = t7[(crc ^ bytes[at]) & 255] ^
      t6[((crc >>> 8) ^ bytes[at + 1]) & 255] ^
      t5[((crc >>> 16) ^ bytes[at + 2]) & 255] ^
      t4[(crc >>> 24) ^ bytes[at + 3]] ^
      t3[bytes[at + 4]] ^ t2[bytes[at + 5]] ^ t1[bytes[at + 6]] ^ t0[bytes[at + 7]];
  }
  for (; at < end; at++) crc = t0[(crc ^ bytes[at]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function createTables(): readonly Int32Array[] {
  const tables = Array.from({ length: 8 }, () => new Int32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[0][byte] = crc;
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let table = 1; table < 8; table++) {
      const crc = tables[table - 1][byte];
      tables[table][byte] = (crc >>> 8) ^ tables[0][crc & 255];
    }
  }
  return tables;
}
