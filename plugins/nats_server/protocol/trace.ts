/**
 * Message tracing of nats-server: only whether a message asks to be traced and not delivered. Traces are not answered.
 *
 * @module
 */
import { ascii, byteString } from "./ascii.ts";

const prefix = "Nats-Trace-";
const upperN = prefix.charCodeAt(0);
const upperT = prefix.charCodeAt(5);

/**
 * Whether the headers `buffer[start, end)` ask for a trace in place of the delivery: `Nats-Trace-Only` is true and
 * `Nats-Trace-Dest` names a subject. Reads the first letter of each line only, until a name may begin so.
 */
export function isTraceOnly(buffer: Uint8Array, start: number, end: number): boolean {
  let isOnly = false;
  let hasDestination = false;
  for (let at = start; at < end; at = buffer.indexOf(ascii.lf, at) + 1 || end) {
    if (buffer[at] !== upperN || buffer[at + 5] !== upperT) continue;
    const lineEnd = buffer.indexOf(ascii.lf, at);
    const line = byteString(buffer, at, lineEnd < 0 || lineEnd > end ? end : lineEnd);
    if (!line.startsWith(prefix)) continue;
    const [name, ...rest] = line.split(":");
    const value = rest.join(":").trim();
    if (name === "Nats-Trace-Only") isOnly = /^(?:1|true|on)$/i.test(value);
    if (name === "Nats-Trace-Dest") hasDestination = value !== "";
  }
  return isOnly && hasDestination;
}
