/**
 * Tells what is wrong with a value in plain words: the place, what is allowed and what was found. It replaces all
 * texts of the schema library.
 *
 * @module
 */
import type { z } from "./_zod.ts";
import { displayValue } from "./display.ts";

/** Most problems of one value that are told. */
const maxProblems = 10;
/** Longest value that is quoted, in characters. */
const maxQuoted = 80;
/** Most allowed values that are listed. */
const maxListed = 20;

/** What the schema library says about one value, with the value. */
type Issue = z.core.$ZodRawIssue;

/** Options of a parse, so that its problems can be told by {@linkcode tellProblems}. */
export const plainWords = Object.freeze({ error: wantedText, reportInput: true });

/**
 * One text for each problem, at most ten, such as `at users.0: must be a text, found a list`.
 *
 * @param canQuote Whether wrong values may be shown. A structure may contain secrets anywhere; then only the kind
 * of a wrong value is told.
 */
export function tellProblems(issues: readonly z.core.$ZodIssue[], canQuote: boolean): string[] {
  const texts = issues.slice(0, maxProblems).map((issue) => {
    const { path, message } = issue;
    const found = foundText(issue, canQuote);
    const place = path.length > 0 ? `at ${path.join(".")}: ` : "";
    return `${place}${message}${found === undefined ? "" : `, found ${found}`}${remedyText(issue)}`;
  });
  const more = issues.length - texts.length;
  return more > 0 ? [...texts, `and ${more} more`] : texts;
}

/** Kind of a value, such as `a text`. */
export function kindText(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  switch (typeof value) {
    case "string":
      return "a text";
    case "number":
    case "bigint":
      return "a number";
    case "boolean":
      return `${value}`;
    default:
      return "a mapping";
  }
}

/** What is allowed. It has the name and the signature of an error map of the schema library. */
function wantedText(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return `must be ${expectedText(issue.expected)}`;
    case "too_big":
      return `must ${limitText(issue.origin, "most", issue.maximum, issue.inclusive)}`;
    case "too_small":
      return `must ${limitText(issue.origin, "least", issue.minimum, issue.inclusive)}`;
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return formatText(issue.format, issue.pattern);
    case "invalid_value":
      return `must be ${oneOf(issue.values.map((value) => quoted(value)))}`;
    case "unrecognized_keys":
      return `has the unknown key${issue.keys.length === 1 ? "" : "s"} ${
        issue.keys.slice(0, maxListed).map((key) => quoted(key)).join(", ")
      }`;
    case "invalid_union": {
      const wanted = (issue.errors ?? []).map((branch) => unionText(branch));
      return wanted.length === 0
        ? "has a form that is not allowed"
        : [...new Set(wanted)].join(" or ");
    }
    case "invalid_key":
      return `has a key that is not allowed: ${(issue.issues ?? []).map(({ message }) => message)}`;
    case "invalid_element":
      return `has an item that is not allowed: ${
        (issue.issues ?? []).map(({ message }) => message)
      }`;
    default:
      return "is not allowed here";
  }
}

/** What one form of several requires. */
function unionText(issues: readonly z.core.$ZodIssue[]): string {
  return issues.slice(0, maxProblems).map(({ path, message }) =>
    path.length > 0 ? `at ${path.join(".")}: ${message}` : message
  ).join("; ");
}

function expectedText(expected: string): string {
  switch (expected) {
    case "string":
      return "a text";
    case "number":
      return "a number";
    case "int":
    case "bigint":
      return "a whole number";
    case "boolean":
      return "true or false";
    case "array":
    case "tuple":
    case "set":
      return "a list";
    case "object":
    case "record":
    case "map":
      return "a mapping of keys";
    case "null":
    case "undefined":
    case "void":
    case "never":
      return "absent";
    default:
      return `a value of type ${expected}`;
  }
}

function limitText(
  origin: string,
  bound: "least" | "most",
  limit: number | bigint,
  isInclusive = true,
): string {
  switch (origin) {
    case "string":
      return `have at ${bound} ${counted(limit, "character")}`;
    case "array":
    case "set":
      return `have at ${bound} ${counted(limit, "item")}`;
    case "object":
    case "map":
      return `have at ${bound} ${counted(limit, "key")}`;
    default:
      if (isInclusive) return `be at ${bound} ${limit}`;
      return `be ${bound === "most" ? "less" : "more"} than ${limit}`;
  }
}

function counted(count: number | bigint, noun: string): string {
  return `${count} ${noun}${count === 1 || count === 1n ? "" : "s"}`;
}

function formatText(format: string, pattern: string | undefined): string {
  return pattern !== undefined && ["regex", "starts_with", "ends_with", "includes"].includes(format)
    ? `must match ${pattern}`
    : `must be a text of the format ${format}`;
}

function oneOf(choices: readonly string[]): string {
  const listed = choices.slice(0, maxListed);
  if (choices.length > listed.length) return `one of ${listed.join(", ")}, ...`;
  const [last, ...others] = listed.toReversed();
  return others.length === 0 ? last : `${others.toReversed().join(", ")} or ${last}`;
}

/** How to correct it, where that is easily missed: a file reads `0644` as a number and `true` as true or false. */
function remedyText(issue: z.core.$ZodIssue): string {
  const isQuotable = issue.code === "invalid_type" && issue.expected === "string" &&
    (typeof issue.input === "number" || typeof issue.input === "boolean");
  return isQuotable ? "; write it in quotes" : "";
}

/** What was found; undefined when the problem already says it, or must not. */
function foundText(issue: z.core.$ZodIssue, canQuote: boolean): string | undefined {
  const { code, input } = issue;
  if (canQuote && code !== "unrecognized_keys") return shortValue(input);
  switch (code) {
    case "invalid_type":
      return typeof input === "number" && issue.expected === "int" ? `${input}` : kindText(input);
    case "invalid_value":
    case "invalid_union":
      return kindText(input);
    case "too_big":
    case "too_small":
      if (typeof input === "string") return counted(input.length, "character");
      if (Array.isArray(input)) return counted(input.length, "item");
      return typeof input === "number" || typeof input === "bigint" ? `${input}` : undefined;
    case "not_multiple_of":
      return `${input}`;
    default:
      return undefined;
  }
}

/** A wrong value for a message; of a structure only its kind. */
function shortValue(value: unknown): string {
  return typeof value === "object" || value === undefined
    ? kindText(value)
    : quoted(displayValue(value));
}

function quoted(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  return text.length > maxQuoted ? `${text.slice(0, maxQuoted)}...` : text;
}
