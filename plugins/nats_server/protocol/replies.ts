/**
 * Lines that the server sends.
 *
 * @module
 */
import { utf8 } from "./ascii.ts";

/** Confirms an operation of a verbose client. */
export const okBytes = utf8("+OK\r\n");
/** Answers a PING. */
export const pongBytes = utf8("PONG\r\n");
/** Asks the client for a PONG. */
export const pingBytes = utf8("PING\r\n");

/** An error line. */
export function errorLine(text: string): Uint8Array {
  return utf8(`-ERR '${text}'\r\n`);
}
