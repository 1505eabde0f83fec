import { MAX_ESCAPE, writeBytes, writeJsonText } from "./_json_text.ts";
import type { LogMessageView } from "./log_message_view.ts";

/** Where the pod stands, as every envelope repeats it. */
export interface LogEnvelopeOrigin {
  /** Kubernetes namespace of the pod. */
  readonly namespace: string;
  /** Name of the pod. */
  readonly podName: string;
}

/**
 * Writes the JSON envelope of a log line, byte-identical to what Go's encoder gives:
 * `{"container_name":…,"log":…,"kubernetes":{"namespace_name":…,"pod_name":…}}`, without a line feed.
 *
 * Invalid UTF-8 becomes U+FFFD; a line feed at the end of the payload stays inside `log`. Writes
 * straight into the caller's buffer and allocates nothing.
 *
 * @example
 * ```ts
 * import { buildLogMessage, LogEnvelope, LogMessageView } from "./mod.ts";
 *
 * const envelope = new LogEnvelope({ namespace: "ns1", podName: "amf-0" });
 * const bytes = buildLogMessage({ containerId: "c1", containerName: "amf", payload: "hello" });
 * const view = new LogMessageView();
 * if (view.read(bytes, 0, bytes.length) !== undefined) throw new Error("not a LogMessage");
 * const target = new Uint8Array(envelope.maxLength(view));
 * const end = envelope.write(view, target, 0);
 * console.assert(JSON.parse(new TextDecoder().decode(target.subarray(0, end))).log === "hello");
 * ```
 */
export class LogEnvelope {
  readonly #head = new TextEncoder().encode('{"container_name":"');
  readonly #middle = new TextEncoder().encode('","log":"');
  readonly #tail: Uint8Array;

  /** Prepares the constant parts. */
  constructor(origin: LogEnvelopeOrigin) {
    const namespace = new TextEncoder().encode(origin.namespace);
    const podName = new TextEncoder().encode(origin.podName);
    const parts = ['","kubernetes":{"namespace_name":"', '","pod_name":"', '"}}'];
    const [before, between, after] = parts.map((part) => new TextEncoder().encode(part));
    const room = 64 + MAX_ESCAPE * (namespace.length + podName.length);
    const tail = new Uint8Array(room);
    let at = writeBytes(before, tail, 0);
    at = writeJsonText(namespace, 0, namespace.length, tail, at);
    at = writeBytes(between, tail, at);
    at = writeJsonText(podName, 0, podName.length, tail, at);
    this.#tail = tail.slice(0, writeBytes(after, tail, at));
  }

  /** Bytes that {@linkcode LogEnvelope.write} needs at most for what `view` was read from. */
  maxLength(view: LogMessageView): number {
    const text = view.nameEnd - view.nameStart + view.payloadEnd - view.payloadStart;
    return MAX_ESCAPE * text + this.#head.length + this.#middle.length + this.#tail.length;
  }

  /** Writes the envelope of what `view` was read from to `target` from `at` on; returns its end. */
  write(view: LogMessageView, target: Uint8Array, at: number): number {
    const { buffer } = view;
    at = writeBytes(this.#head, target, at);
    at = writeJsonText(buffer, view.nameStart, view.nameEnd, target, at);
    at = writeBytes(this.#middle, target, at);
    at = writeJsonText(buffer, view.payloadStart, view.payloadEnd, target, at);
    return writeBytes(this.#tail, target, at);
  }
}
