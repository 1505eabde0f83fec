/**
 * What to collect and when: from the annotation `xgvela.com/mmaas`, with members that the configuration overrides.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";

/** What to collect and when. */
export interface AlignedSettings {
  readonly scheme: "http" | "https";
  /** Ports of the sources on this machine, beside the agent's own metrics. */
  readonly ports: readonly number[];
  /** Path of the sources, with a leading slash. */
  readonly path: string;
  readonly intervalMs: number;
  /** Most aligned times that are kept. */
  readonly maxRetention: number;
}

/** Members that are set by configuration. */
export type AlignedOverrides = Partial<AlignedSettings> & {
  /** Whether metrics are collected. */
  readonly isEnabled?: boolean;
};

const defaults: AlignedSettings = {
  scheme: "http",
  ports: [],
  path: "/metrics",
  intervalMs: 60_000,
  maxRetention: 10,
};
const maxPorts = 16;
const minIntervalMs = 1_000;
const maxIntervalMs = 86_400_000;
const maxBuckets = 10_000;

/**
 * Resolves the settings; undefined when nothing is to be collected.
 *
 * @param annotation Text of the annotation; empty when the pod has none.
 * @throws {TypeError} When the annotation is invalid; the message names the member, what is wanted and what was found.
 */
export function resolveAligned(
  annotation: string,
  { isEnabled, ...overrides }: AlignedOverrides,
): AlignedSettings | undefined {
  if (isEnabled === false) return undefined;
  const members = annotation.trim() === "" ? {} : parse(annotation);
  if (!(isEnabled ?? isTrue(members.scrape))) return undefined;
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return { ...defaults, ...read(members), ...Object.fromEntries(given) };
}

function parse(annotation: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(annotation);
  } catch (error) {
    throw invalid(`it is not JSON: ${describeError(error)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalid("it must be a JSON object");
  }
  return value as Record<string, unknown>;
}

function read(members: Record<string, unknown>): Partial<AlignedSettings> {
  const { scheme, path, ports, measurementInterval, maxRetention } = members;
  return {
    ...isGiven(scheme) && { scheme: schemeOf(scheme) },
    ...isGiven(path) && { path: pathOf(path) },
    ...isGiven(ports) && { ports: portsOf(ports) },
    ...isGiven(measurementInterval) && { intervalMs: intervalOf(measurementInterval) },
    ...isGiven(maxRetention) && { maxRetention: countOf(maxRetention) },
  };
}

function schemeOf(value: unknown): "http" | "https" {
  const scheme = String(value).toLowerCase();
  if (scheme !== "http" && scheme !== "https") throw wrong("scheme", "http or https", value);
  return scheme;
}

function pathOf(value: unknown): string {
  if (typeof value !== "string" || !/^\/?[!-~]*$/.test(value)) {
    throw wrong("path", "a path without blanks", value);
  }
  return value.startsWith("/") ? value : `/${value}`;
}

function portsOf(value: unknown): number[] {
  if (!Array.isArray(value) || value.length > maxPorts) {
    throw wrong("ports", `a list of at most ${maxPorts} ports`, value);
  }
  return [...new Set(value.map((port) => numberOf("ports", port, 1, 65_535)))];
}

function countOf(value: unknown): number {
  return numberOf("maxRetention", value, 1, maxBuckets);
}

function numberOf(member: string, value: unknown, min: number, max: number): number {
  const number = /^\d+$/.test(`${value}`.trim()) ? Number(value) : NaN;
  if (!(number >= min && number <= max)) {
    throw wrong(member, `a whole number from ${min} to ${max}`, value);
  }
  return number;
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Reads a duration as Go writes it, such as `60s` or `1m30s`. */
function intervalOf(value: unknown): number {
  const wanted = 'a duration with unit from "1s" to "24h", such as "60s"';
  const text = `${value}`.trim();
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) {
    throw wrong("measurementInterval", wanted, value);
  }
  let ms = 0;
  for (const [, count, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    ms += Number(count) * unitMs[unit];
  }
  if (!(ms >= minIntervalMs && ms <= maxIntervalMs)) {
    throw wrong("measurementInterval", wanted, value);
  }
  return Math.round(ms);
}

function isTrue(value: unknown): boolean {
  return value === true || value === "true";
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

function wrong(member: string, wanted: string, value: unknown): TypeError {
  const found = (JSON.stringify(value) ?? "nothing").slice(0, 80);
  return invalid(`${member} must be ${wanted}, found ${found}`);
}

function invalid(reason: string): TypeError {
  return new TypeError(
    `Cannot collect aligned metrics: annotation xgvela.com/mmaas: ${reason}; correct it`,
  );
}
