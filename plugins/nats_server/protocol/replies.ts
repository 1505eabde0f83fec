/**
 * Lines that the server sends by itself.
 *
 * @module
 */
import { utf8 } from "./ascii.ts";

/** Confirms a verb of a verbose client. */
export const okBytes = utf8("+OK\r\n");
/** Answers PING. */
export const pongBytes = utf8("PONG\r\n");
/** Asks whether the client is there. */
export const pingBytes = utf8("PING\r\n");

/** Tells what is wrong. */
export function errorLine(text: string): Uint8Array {
  return utf8(`-ERR '${text}'\r\n`);
}
