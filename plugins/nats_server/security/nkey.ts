/**
 * Public nkeys of users: 56 characters of base 32, beginning with `U`, that encode a prefix byte, an Ed25519 key and
 * a CRC-16.
 *
 * @module
 */
import { fromBase64 } from "../../../core/mod.ts";
import { utf8 } from "../protocol/mod.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const nkeyLength = 56;
const userPrefix = 20 << 3;

/**
 * The Ed25519 key (32 bytes) in a user's public nkey.
 *
 * @throws {TypeError} When the text is not a public user nkey.
 */
export function readUserKey(nkey: string): Uint8Array<ArrayBuffer> {
  const bytes = nkey.length === nkeyLength ? decodeBase32(nkey) : null;
  const isUser = bytes !== null && bytes[0] === userPrefix &&
    crc16(bytes.subarray(0, 33)) === (bytes[33] | bytes[34] << 8);
  if (!isUser) {
    // The text is not quoted: it may be a seed, which is secret.
    throw new TypeError(
      "Invalid user nkey: the public key is U and 55 characters of base 32; a seed (S...) must stay with the client",
    );
  }
  return bytes.slice(1, 33);
}

/** Whether the signature (base64, URL or standard alphabet) is the key's signature of the nonce. */
export async function verifyNonce(
  key: Uint8Array<ArrayBuffer>,
  nonce: string,
  signature: string,
): Promise<boolean> {
  if (!/^[A-Za-z0-9+/_-]{86}={0,2}$/.test(signature)) return false;
  const bytes = fromBase64(
    signature.replace(/=+$/, "").replaceAll("-", "+").replaceAll("_", "/"),
  );
  const publicKey = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  return await crypto.subtle.verify("Ed25519", publicKey, bytes, utf8(nonce));
}

function decodeBase32(text: string): Uint8Array<ArrayBuffer> | null {
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
