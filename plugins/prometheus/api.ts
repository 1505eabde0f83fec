/**
 * What the Prometheus plugin offers: registries by path.
 *
 * @module
 */
import { type MetricSet, type Token, token } from "../../core/mod.ts";

/** A set of families served at a path of its own. Disposing of it removes the path. */
export interface MetricRegistry extends Disposable {
  /** Where it is served. */
  readonly path: string;
  /** What it serves. */
  readonly metrics: MetricSet;
}

/**
 * Registries beside the agent's own at `/metrics`.
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
   * Creates a registry, served at once, whenever that is; families may be added and removed at any time.
   *
   * @throws {TypeError} When the path does not begin with a slash or has an owner.
   */
  createRegistry(owner: string, path: string): MetricRegistry;
  /** Switches what `/metrics` shows on or off; off, it is served and empty. Starts as `metrics.enabled`. */
  setEnabled(enabled: boolean): void;
}

/** Key of {@linkcode PrometheusApi}. */
export const prometheusToken: Token<PrometheusApi> = token("prometheus");
