import { maxEscapeBytes, writeBytes, writeJsonText, writeJsonWords } from "./_json_text.ts";
import { type Bytes, copyBytes } from "./bytes.ts";
import type { LogMessageView } from "./log_message_view.ts";

/** The pod that an envelope names. */
export interface LogEnvelopeOrigin {
  /** Kubernetes namespace of the pod. */
  readonly namespace: string;
  /** Name of the pod. */
  readonly podName: string;
}

/**
 * Writes the JSON envelope of a log line, byte-identical to the output of Go's encoding/json:
 * `{"container_name":…,"log":…,"kubernetes":{"namespace_name":…,"pod_name":…}}`, without a line feed.
 *
 * Each byte of invalid UTF-8 becomes U+FFFD; a line feed at the end of the payload is kept in `log`. Writes into
 * the caller's buffer and allocates nothing.
 *
 * @example
 * ```ts
 * import { LogEnvelope, LogMessageView } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const envelope = new LogEnvelope({ namespace: "ns1", podName: "amf-0" });
 * // A LogMessage of container amf with id c1 and payload "hello".
 * const bytes = Uint8Array.fromHex(
 *   "1000000000000a0010000c00080004000a0000000c00000014000000180000000500000068656c6c6f" +
 *   "00000003000000616d66000200000063310000",
 * );
 * const view = new LogMessageView();
 * assert.equal(view.read(bytes, 0, bytes.length), undefined);
 * const target = new Uint8Array(envelope.maxLength(view));
 * const end = envelope.write(view, target, 0);
 * const json = new TextDecoder().decode(target.subarray(0, end));
 * assert.equal(JSON.parse(json).log, "hello");
 * ```
 */
export class LogEnvelope {
  readonly #head = new TextEncoder().encode('{"container_name":"');
  readonly #middle = new TextEncoder().encode('","log":"');
  readonly #tail: Uint8Array;
  readonly #tailData: DataView;

  /** Encodes the constant parts. */
  constructor(origin: LogEnvelopeOrigin) {
    const namespace = new TextEncoder().encode(origin.namespace);
    const podName = new TextEncoder().encode(origin.podName);
    const parts = ['","kubernetes":{"namespace_name":"', '","pod_name":"', '"}}'];
    const [before, between, after] = parts.map((part) => new TextEncoder().encode(part));
    const room = 64 + maxEscapeBytes * (namespace.length + podName.length);
    const tail = new Uint8Array(room);
    let at = writeBytes(before, tail, 0);
    at = writeJsonText(namespace, 0, namespace.length, tail, at);
    at = writeBytes(between, tail, at);
    at = writeJsonText(podName, 0, podName.length, tail, at);
    this.#tail = tail.slice(0, writeBytes(after, tail, at));
    this.#tailData = new DataView(this.#tail.buffer);
  }

  /** Maximum length in bytes of the envelope of the message that `view` holds. */
  maxLength(view: LogMessageView): number {
    const text = view.nameEnd - view.nameStart + view.payloadEnd - view.payloadStart;
    return maxEscapeBytes * text + this.#head.length + this.#middle.length + this.#tail.length;
  }

  /** Writes the envelope of the message that `view` holds to `target` from `at` on; returns its end. */
  write(view: LogMessageView, target: Uint8Array, at: number): number {
    const { buffer } = view;
    at = writeBytes(this.#head, target, at);
    at = writeJsonText(buffer, view.nameStart, view.nameEnd, target, at);
    at = writeBytes(this.#middle, target, at);
    at = writeJsonText(buffer, view.payloadStart, view.payloadEnd, target, at);
    return writeBytes(this.#tail, target, at);
  }
  /** The same as {@linkcode write}, into memory with a view for writing numbers, in less time. */
  writeTo(view: LogMessageView, target: Bytes, at: number): number {
    const { buffer, data } = view;
    const { bytes } = target;
    at = writeBytes(this.#head, bytes, at);
    at = writeJsonText(buffer, view.nameStart, view.nameEnd, bytes, at);
    at = writeBytes(this.#middle, bytes, at);
    at = writeJsonWords(buffer, data, view.payloadStart, view.payloadEnd, target, at);
    return copyBytes(this.#tail, this.#tailData, 0, this.#tail.length, target, at);
  }
}
