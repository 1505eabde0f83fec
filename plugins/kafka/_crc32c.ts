/**
 * CRC-32C (Castagnoli), the checksum of Kafka's record batches. The runtime has only the IEEE polynomial natively,
 * so this processes eight bytes per step with eight tables. A step waits for the one before, so long input is divided
 * into three parts, whose steps the processor works on at the same time; the checksum of a part is moved forward over
 * the bytes behind it by a multiplication. Together with reading words this takes 0.6 of the time.
 *
 * @module
 */

/** The polynomial, and all others here, with the coefficient of the highest power in the lowest bit. */
const polynomial = 0x82f63b78;
/** x^0 and x^8. */
const [one, oneByte] = [0x8000_0000, 0x0080_0000];

/** Eight tables of 256 numbers: table `n` advances a byte that is followed by `n` more bytes of the same step. */
const tables = createTables();

/** Bytes of a step. */
const stepBytes = 8;
/** Below this length, dividing costs more than it saves. */
const minDividedBytes = 1_024;

/** The checksum of the bytes `[start, end)`, as an unsigned number. */
export function crc32c(data: DataView, start: number, end: number): number {
  const isDivided = end - start >= minDividedBytes;
  const part = isDivided ? Math.floor((end - start) / (3 * stepBytes)) * stepBytes : 0;
  let [first, second, third] = [-1, 0, 0];
  let at = start;
  for (const partEnd = start + part; at < partEnd; at += stepBytes) {
    const [secondAt, thirdAt] = [at + part, at + 2 * part];
    first = step(first ^ data.getInt32(at, true), data.getInt32(at + 4, true));
    second = step(second ^ data.getInt32(secondAt, true), data.getInt32(secondAt + 4, true));
    third = step(third ^ data.getInt32(thirdAt, true), data.getInt32(thirdAt + 4, true));
  }
  let crc = first;
  if (part > 0) {
    const behind = powerOfBytes(part);
    crc = multiply(multiply(first, behind) ^ second, behind) ^ third;
    at += 2 * part;
  }
  for (; at + stepBytes <= end; at += stepBytes) {
    crc = step(crc ^ data.getInt32(at, true), data.getInt32(at + 4, true));
  }
  for (; at < end; at++) crc = tables[(crc ^ data.getUint8(at)) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

function step(low: number, high: number): number {
  return tables[0x700 | low & 255] ^ tables[0x600 | (low >>> 8) & 255] ^
    tables[0x500 | (low >>> 16) & 255] ^ tables[0x400 | low >>> 24] ^
    tables[0x300 | high & 255] ^ tables[0x200 | (high >>> 8) & 255] ^
    tables[0x100 | (high >>> 16) & 255] ^ tables[high >>> 24];
}

/** x^(8 * bytes) modulo the polynomial. */
function powerOfBytes(bytes: number): number {
  let power = one;
  let square = oneByte;
  for (let rest = bytes; rest > 0; rest >>>= 1) {
    if (rest & 1) power = multiply(power, square);
    square = multiply(square, square);
  }
  return power;
}

/** The product modulo the polynomial. */
function multiply(a: number, b: number): number {
  let product = 0;
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= b;
    b = b & 1 ? (b >>> 1) ^ polynomial : b >>> 1;
  }
  return product;
}

function createTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const crc = tables[at - 256];
    tables[at] = (crc >>> 8) ^ tables[crc & 255];
  }
  return tables;
}
