/**
 * What is wrong with a configuration: all problems at once, each with its place and a remedy.
 *
 * @module
 */
import { AgentError } from "../errors/mod.ts";

/** One thing that is wrong. */
export interface ConfigProblem {
  /** Where the value came from: a file path, `environment` or `--set`. */
  readonly origin: string;
  /** Section and key, such as `rest.port`, or the variable's name. */
  readonly path: string;
  /** What is wrong and what would be right. */
  readonly message: string;
}

/** A problem as one line. */
export function problemText({ origin, path, message }: ConfigProblem): string {
  return `${origin}: ${path}: ${message}`;
}

/** The error that carries all problems, one a line. */
export class ConfigError extends AgentError {
  /** Everything that is wrong, in the order of the sections. */
  readonly problems: readonly ConfigProblem[];

  /** Joins the problems into one message. */
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

/** The candidate nearest to a mistyped key, if one is near enough to be meant. */
export function nearest(key: string, candidates: Iterable<string>): string | undefined {
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
