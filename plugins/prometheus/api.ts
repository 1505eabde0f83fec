/**
 * What the Prometheus plugin offers to other plugins: registries by path.
 *
 * @module
 */
import { type MetricSet, type Token, token } from "../../core/mod.ts";
import type { Exposition, ExpositionFormat } from "./exposition.ts";

/** A set of metric families with its own path. Disposing of it removes the path. */
export interface MetricRegistry extends Disposable {
  /** The path it is served at. */
  readonly path: string;
  /** The families it serves. */
  readonly metrics: MetricSet;
}

/**
 * Registries in addition to the agent's own at `/metrics`.
 *
 * @example
 * ```ts
 * import { definePlugin, gauge } from "../../core/mod.ts";
 * import { prometheusToken } from "./mod.ts";
 *
 * export const thermometer = definePlugin({
 *   name: "thermometer",
 *   requires: [prometheusToken],
 *   init({ name, get }) {
 *     const { metrics } = get(prometheusToken).createRegistry(name, "/metrics/room");
 *     metrics.add(gauge("room_celsius", "Temperature.", () => 21));
 *   },
 * });
 * ```
 */
export interface PrometheusApi {
  /**
   * Creates a registry, at any time, served at once; families may be added and removed at any time.
   *
   * @throws {TypeError} When the path does not begin with a slash, or is taken.
   */
  createRegistry(owner: string, path: string): MetricRegistry;
  /** Reads and renders what `/metrics` says now; empty while it is switched off. */
  render(format: ExpositionFormat): Promise<Exposition>;
  /**
   * Serves a text that the caller renders, in the format that the scraper prefers; scrapes within
   * `metrics.min_interval`, or while it is rendered, get the same text. Disposing of the result removes the path.
   *
   * @throws {TypeError} When the path does not begin with a slash, or is taken.
   */
  serve(
    owner: string,
    path: string,
    render: (format: ExpositionFormat) => Promise<Uint8Array<ArrayBuffer>>,
  ): Disposable;
  /** Switches the contents of `/metrics` on or off; when off, the path is served and empty. Default: `metrics.enabled`. */
  setEnabled(enabled: boolean): void;
}

/** Key of {@linkcode PrometheusApi}. */
export const prometheusToken: Token<PrometheusApi> = token("prometheus", {
  providedBy: "prometheus()",
});
