/**
 * Reads the metrics of one source on this machine, within limits of time and size.
 *
 * @module
 */
import type { Clock } from "../../core/mod.ts";

/** Where a source is. */
export interface SourceAddress {
  readonly scheme: "http" | "https";
  readonly port: number;
  readonly path: string;
}

/** Limits of one read. */
export interface SourceLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** CA certificates to trust for https, as PEM. Default: those of the system. */
  readonly ca?: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Outcome of a read. */
export type SourceAnswer =
  | { readonly status: "read"; readonly text: string }
  | {
    readonly status: "failed";
    readonly reason: "unreachable" | "timeout" | "http_status" | "too_large";
    readonly detail: string;
  };

/** Only the text format: in OpenMetrics the timestamps and names would mean something else. */
const accept = "text/plain;version=0.0.4";

/** Reads a source. Never throws but the signal's reason. */
export async function readSource(
  { scheme, port, path }: SourceAddress,
  { timeoutMs, maxBytes, ca, clock, signal }: SourceLimits,
): Promise<SourceAnswer> {
  const limit = new AbortController();
  using _timer = clock.timer(timeoutMs, () => limit.abort());
  using client = ca === undefined ? undefined : Deno.createHttpClient({ caCerts: [ca] });
  // A certificate names the host; without one both addresses are tried.
  const hosts = scheme === "https" ? ["localhost"] : ["127.0.0.1", "[::1]"];
  const reasons: string[] = [];
  for (const host of hosts) {
    try {
      const response = await fetch(`${scheme}://${host}:${port}${path}`, {
        headers: { accept },
        redirect: "manual",
        client,
        signal: AbortSignal.any([signal, limit.signal]),
      });
      return await answerOf(response, maxBytes);
    } catch (error) {
      signal.throwIfAborted();
      if (limit.signal.aborted) {
        return { status: "failed", reason: "timeout", detail: `no answer within ${timeoutMs} ms` };
      }
      if (!(error instanceof Error)) throw error;
      reasons.push(error.message);
    }
  }
  return { status: "failed", reason: "unreachable", detail: reasons[0] };
}

async function answerOf(response: Response, maxBytes: number): Promise<SourceAnswer> {
  if (response.status !== 200) {
    await response.body?.cancel();
    return { status: "failed", reason: "http_status", detail: `status ${response.status}` };
  }
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      return { status: "failed", reason: "too_large", detail: `more than ${maxBytes} bytes` };
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return { status: "read", text: text + decoder.decode() };
}
