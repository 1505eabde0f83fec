import { followText, Table, textEnd } from "./_table.ts";
import type { WireFault } from "./wire_fault.ts";

/**
 * Verified view of one LogMessage, straight on the bytes it arrived in.
 *
 * One view is made once and read into again and again: {@linkcode LogMessageView.read} copies and
 * allocates nothing, never throws whatever the bytes are, and looks at a fixed number of them. After
 * it returned `undefined` the three parts are `buffer[idStart, idEnd)`, `buffer[nameStart, nameEnd)`
 * and `buffer[payloadStart, payloadEnd)`; an absent part is empty. After a fault the positions mean
 * nothing. The payload is bytes: it may be invalid UTF-8.
 *
 * @example
 * ```ts
 * import { buildLogMessage, LogMessageView } from "./mod.ts";
 *
 * const bytes = buildLogMessage({ containerId: "c1", containerName: "amf", payload: "hello" });
 * const view = new LogMessageView();
 * if (view.read(bytes, 0, bytes.length) !== undefined) throw new Error("not a LogMessage");
 * console.assert(view.payloadEnd - view.payloadStart === 5);
 * ```
 */
export class LogMessageView {
  /** First byte of the container's id. */
  idStart = 0;
  /** End of the container's id. */
  idEnd = 0;
  /** First byte of the container's name. */
  nameStart = 0;
  /** End of the container's name. */
  nameEnd = 0;
  /** First byte of the logged text. */
  payloadStart = 0;
  /** End of the logged text. */
  payloadEnd = 0;
  readonly #table = new Table();

  /** Checks `buffer[start, end)` and locates its parts; returns why it is no LogMessage, if so. */
  read(buffer: Uint8Array, start: number, end: number): WireFault | undefined {
    const fault = this.#table.openRoot(buffer, start, end);
    if (fault !== undefined) return fault;
    const id = this.#table.field(0, 4);
    const name = this.#table.field(1, 4);
    const payload = this.#table.field(2, 4);
    if (id < 0 || name < 0 || payload < 0) return "bad_field";
    const idStart = id === 0 ? 0 : followText(buffer, id, end);
    const nameStart = name === 0 ? 0 : followText(buffer, name, end);
    const payloadStart = payload === 0 ? 0 : followText(buffer, payload, end);
    if (idStart < 0 || nameStart < 0 || payloadStart < 0) return "bad_text";
    this.idStart = idStart;
    this.idEnd = id === 0 ? 0 : textEnd(buffer, idStart);
    this.nameStart = nameStart;
    this.nameEnd = name === 0 ? 0 : textEnd(buffer, nameStart);
    this.payloadStart = payloadStart;
    this.payloadEnd = payload === 0 ? 0 : textEnd(buffer, payloadStart);
    return undefined;
  }
}
