/**
 * The section `metrics`.
 *
 * @module
 */
import { duration, flag } from "../../core/mod.ts";

/** Fields of the section. */
export const prometheusConfig = {
  enabled: flag({
    doc: "Whether /metrics has contents; when false, the path is served and empty.",
    default: true,
  }),
  runtime: flag({
    doc: "Whether metrics of the process and its event loop are included.",
    default: true,
  }),
  minIntervalMs: duration({
    doc:
      "Scrapes of a path within this time get the same values, so that frequent ones cost nothing; " +
      "0 reads the values at each scrape.",
    default: 1_000,
  }),
  lagIntervalMs: duration({
    doc: "How often the lag of the event loop is measured.",
    default: 1_000,
    min: 10,
  }),
};
