/**
 * Public nkeys of users: `U` and 55 more letters of base 32 over a prefix byte, an Ed25519 key and a CRC-16.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { utf8 } from "./ascii.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const nkeyLength = 56;
const userPrefix = 20 << 3;
/** What stands before the 32 key bytes in DER. */
const derHead = Uint8Array.of(0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0);

/**
 * The key behind a user's public nkey.
 *
 * @throws {TypeError} When the text is not one.
 */
export function readUserKey(nkey: string): KeyObject {
  const bytes = nkey.length === nkeyLength ? decodeBase32(nkey) : null;
  const isUser = bytes !== null && bytes[0] === userPrefix &&
    crc16(bytes.subarray(0, 33)) === (bytes[33] | bytes[34] << 8);
  if (!isUser) {
    throw new TypeError(`Invalid user nkey "${nkey}": must be U and 55 letters of base 32`);
  }
  const der = new Uint8Array(derHead.length + 32);
  der.set(derHead);
  der.set(bytes.subarray(1, 33), derHead.length);
  return createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
}

/** Whether the signature (base64, URL or standard alphabet) of the nonce was made with the key. */
export function verifyNonce(key: KeyObject, nonce: string, signature: string): boolean {
  if (!/^[A-Za-z0-9+/_-]{86}={0,2}$/.test(signature)) return false;
  const text = atob(signature.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return verify(null, utf8(nonce), key, bytes);
}

function decodeBase32(text: string): Uint8Array | null {
  const bytes = new Uint8Array(Math.floor(text.length * 5 / 8));
  let bits = 0;
  let value = 0;
  let at = 0;
  for (const character of text) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return null;
    value = (value << 5 | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = value >> bits;
    }
  }
  return bytes;
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1) & 0xffff;
  }
  return crc;
}
