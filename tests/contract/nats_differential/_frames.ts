/**
 * Splits the server's bytes into frames: one line, or a message with its payload. Nothing is normalised here;
 * a frame holds the received bytes, one character for each, without the last CRLF.
 *
 * @module
 */

const latin1 = new TextDecoder("latin1");

/** Frames of one connection, in order. */
export class FrameReader {
  #rest = "";

  /** Takes bytes; returns the frames they complete. */
  push(bytes: Uint8Array): string[] {
    this.#rest += decode(bytes);
    const frames: string[] = [];
    let at = 0;
    while (true) {
      const end = frameEnd(this.#rest, at);
      if (end < 0) break;
      frames.push(this.#rest.slice(at, end - 2));
      at = end;
    }
    this.#rest = this.#rest.slice(at);
    return frames;
  }

  /** What came after the last whole frame; it is forgotten. */
  takeRest(): string {
    const rest = this.#rest;
    this.#rest = "";
    return rest;
  }
}

/** Where the frame that begins at `at` ends, after its CRLF; -1 when it is not all there. */
function frameEnd(text: string, at: number): number {
  const line = text.indexOf("\r\n", at);
  if (line < 0) return -1;
  if (!text.startsWith("MSG ", at) && !text.startsWith("HMSG ", at)) return line + 2;
  const size = Number(text.slice(text.lastIndexOf(" ", line) + 1, line));
  const end = line + 2 + size + 2;
  return end <= text.length ? end : -1;
}

/** Windows-1252 is what the platform calls latin1; its upper half is put back here. */
function decode(bytes: Uint8Array): string {
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] >= 0x80) return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
  return latin1.decode(bytes);
}

/** One byte per character. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
