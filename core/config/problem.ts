/**
 * Problems of a configuration, each with its place and a remedy. They are reported together, in one error.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";

/** One problem. */
export interface ConfigProblem {
  /** Source of the value: the path of a file, `environment` or `--set`. */
  readonly origin: string;
  /** Section and key, such as `rest.port`, or the name of the variable. */
  readonly path: string;
  /** The wrong value and what is expected. */
  readonly message: string;
}

/** A problem as one line of text. */
export function problemText({ origin, path, message }: ConfigProblem): string {
  return `${origin}: ${path}: ${message}`;
}

/**
 * A configuration with problems; the message has one line for each.
 *
 * @example
 * ```ts
 * import { ConfigError, problemText } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const problem = { origin: "app.yaml", path: "web.port", message: "70000: must be at most 65535" };
 * const error = new ConfigError([problem]);
 * assert(error.message.includes(problemText(problem)));
 * ```
 */
export class ConfigError extends AgentError {
  /** All problems in the order of the sections. */
  readonly problems: readonly ConfigProblem[];

  /** Creates an error with these problems. */
  constructor(problems: readonly ConfigProblem[]) {
    super(
      "config_invalid",
      `Cannot use the configuration, ${problems.length} problem${
        problems.length === 1 ? "" : "s"
      }:\n` +
        problems.map((problem) => `  ${problemText(problem)}`).join("\n"),
    );
    this.problems = problems;
  }
}

/** The candidate nearest to a mistyped key; undefined when none is near enough. */
export function nearest(key: string, candidates: Iterable<string>): string | undefined {
  // A longer text is no mistyped key, and comparing it takes long.
  if (key.length > 100) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(key.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(key, candidate);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, change));
    }
    previous = row;
  }
  return previous[b.length];
}
