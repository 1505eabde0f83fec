/**
 * Collects families for a scrape and chooses its format.
 *
 * @module
 */
import type { HistogramSample, MetricFamily, Sample } from "../../core/mod.ts";

/** The two formats a scraper can ask for. */
export type ExpositionFormat = "text" | "openmetrics";

/** A rendered scrape. */
export interface Exposition {
  /** Media type with version and character set. */
  readonly contentType: string;
  /** The text, in UTF-8. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** Content types of the formats. */
export const contentTypes: Readonly<Record<ExpositionFormat, string>> = {
  text: "text/plain; version=0.0.4; charset=utf-8",
  openmetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8",
};

/** A family with its current samples. */
export type CollectedFamily =
  & { readonly name: string; readonly help: string }
  & (
    | { readonly type: "counter" | "gauge"; readonly samples: readonly Sample[] }
    | { readonly type: "histogram"; readonly samples: readonly HistogramSample[] }
  );

/** Reads families. One that throws is left out and reported to `onFailure`, so that the others are still shown. */
export function collect(
  families: readonly MetricFamily[],
  onFailure: (name: string, error: unknown) => void,
): CollectedFamily[] {
  const collected: CollectedFamily[] = [];
  for (const family of families) {
    try {
      collected.push(collectOne(family));
    } catch (error) {
      onFailure(family.name, error);
    }
  }
  return collected;
}

/** The format an `Accept` header prefers; text when it has no preference. */
export function chooseFormat(accept: string | null): ExpositionFormat {
  let text = 0;
  let openmetrics = 0;
  for (const part of (accept ?? "").split(",")) {
    const [type, ...parameters] = part.split(";").map((piece) => piece.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    const weight = quality === undefined ? 1 : Number(quality.slice(2)) || 0;
    if (type === "application/openmetrics-text") openmetrics = Math.max(openmetrics, weight);
    if (type === "text/plain" || type === "*/*") text = Math.max(text, weight);
  }
  return openmetrics > 0 && openmetrics >= text ? "openmetrics" : "text";
}

function collectOne(family: MetricFamily): CollectedFamily {
  const { name, help } = family;
  if (family.type === "histogram") {
    return { name, help, type: "histogram", samples: [...family.collect()] };
  }
  const read = family.collect();
  const samples = typeof read === "number" ? [{ value: read }] : [...read];
  return { name, help, type: family.type, samples };
}
