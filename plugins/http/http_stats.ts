/**
 * What the server counts, in plain numbers that are read at scrape time. Label sets are bounded: at most 256
 * paths and 64 reasons are told apart (others count as `other`), methods are those of HTTP, statuses are classes.
 *
 * @module
 */
import { counter, gauge, histogram, type MetricFamily } from "../../core/mod.ts";
import { httpErrors } from "./errors.ts";

/** Limits that close a connection. */
export type ConnectionLimit = typeof connectionLimits[number];

const connectionLimits = [
  "header_timeout",
  "idle_timeout",
  "write_timeout",
  "idle_evicted",
  "stalled_evicted",
  "unread_limit",
  "handshake_evicted",
  "tls_handshake_failed",
  "tls_unavailable",
  "tls_required",
] as const;
const { internal: _internal, query_invalid: _query, tls_required: _tls, ...refusals } = httpErrors;
const maxReasons = 64;
const maxPaths = 256;
const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** The numbers of one server. */
export class HttpStats {
  /** Requests whose answer the client has not read completely. */
  inFlight = 0;
  /** Bytes of buffered answers that clients have not read completely. */
  unreadBytes = 0;
  /** Memory of request bodies that are being received or handled, in bytes. */
  bodyBytes = 0;
  /** Open connections. */
  connections = 0;
  /** Connections accepted since start. */
  accepted = 0;
  readonly #requests = new Map<string, { labels: Record<string, string>; value: number }>();
  readonly #paths = new Set<string>();
  /** Known reasons are there from the start, so that a rate covers the first rejection, too. */
  readonly #rejected = new Map<string, number>(
    [...connectionLimits, ...Object.keys(refusals)].map((reason) => [reason, 0]),
  );
  readonly #durations = histogram(
    "http_request_duration_seconds",
    "Time from the complete header to the answer.",
    [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  );

  /** Counts an answer. `path` is the route's pattern, undefined when no route was found. */
  answered(method: string, path: string | undefined, status: number, seconds: number): void {
    const labels = {
      method: methods.has(method) ? method : "other",
      route: this.#pathLabel(path),
      status: `${Math.floor(status / 100)}xx`,
    };
    const key = `${labels.method} ${labels.status} ${labels.route}`;
    const entry = this.#requests.get(key);
    if (entry) entry.value++;
    else this.#requests.set(key, { labels, value: 1 });
    this.#durations.observe(seconds);
  }

  /** Counts a request or connection that was rejected before a handler saw it. */
  rejected(reason: string): void {
    const isLabel = this.#rejected.has(reason) || this.#rejected.size < maxReasons;
    const label = isLabel ? reason : "other";
    this.#rejected.set(label, (this.#rejected.get(label) ?? 0) + 1);
  }

  /** The families to publish. */
  families(): MetricFamily[] {
    return [
      counter(
        "http_requests_total",
        "Requests answered, by route, method and class of status.",
        () => this.#requests.values(),
      ),
      counter(
        "http_rejected_total",
        "Requests and connections rejected before a handler, by reason.",
        () => [...this.#rejected].map(([reason, value]) => ({ labels: { reason }, value })),
      ),
      this.#durations,
      gauge(
        "http_requests_in_flight",
        "Requests whose answer is not read completely.",
        () => this.inFlight,
      ),
      gauge(
        "http_unread_bytes",
        "Bytes of answers that clients have not read completely, streams not included.",
        () => this.unreadBytes,
      ),
      gauge(
        "http_body_bytes",
        "Memory of request bodies that are being received or handled.",
        () => this.bodyBytes,
      ),
      gauge("http_open_connections", "Open connections.", () => this.connections),
      counter("http_connections_total", "Connections accepted.", () => this.accepted),
    ];
  }

  #pathLabel(path: string | undefined): string {
    if (path === undefined) return "none";
    if (this.#paths.has(path)) return path;
    if (this.#paths.size >= maxPaths) return "other";
    this.#paths.add(path);
    return path;
  }
}
