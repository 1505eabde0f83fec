/**
 * From sources to the typed, frozen values of sections, or to all problems at once.
 *
 * @module
 */
import { describeError } from "../errors/mod.ts";
import type { ConfigOf, Field, Fields } from "./field.ts";
import { operatorKey } from "./field.ts";
import { type ConfigProblem, nearest } from "./problem.ts";
import { Secret } from "./secret.ts";
import type { ConfigFile, ConfigSources } from "./sources.ts";

/** A section as it is after reading. */
export interface SectionResult<F extends Fields> {
  /** The values, frozen. Undefined if there are problems. */
  readonly values?: ConfigOf<F>;
  /** Whether any source names a key of this section. */
  readonly present: boolean;
  /** Where each value came from, by the operator's key. */
  readonly origins: ReadonlyMap<string, string>;
  /** Values that cannot be used. */
  readonly problems: readonly ConfigProblem[];
  /** Values in the environment that were replaced by the default. */
  readonly warnings: readonly ConfigProblem[];
}

/** A value as found, before it is checked. */
interface Found {
  readonly origin: string;
  readonly path: string;
  readonly raw: unknown;
  readonly isText: boolean;
  readonly isNanoseconds: boolean;
  readonly isEnv: boolean;
}

/** Reads one section. */
export function readSection<F extends Fields>(
  section: string,
  fields: F,
  sources: ConfigSources,
): SectionResult<F> {
  const values: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  let present = false;
  for (const [name, field] of Object.entries(fields)) {
    const key = operatorKey(name, field);
    const found = find(section, key, field, sources);
    values[name] = field.default;
    if (!found) continue;
    present = true;
    const outcome = check(field, found, sources);
    if ("value" in outcome) {
      values[name] = outcome.value;
      origins.set(key, found.origin);
    } else {
      const problem = { origin: found.origin, path: found.path, message: outcome.message };
      if (found.isEnv && field.lenientEnv) {
        warnings.push({ ...problem, message: `${problem.message}; using ${field.defaultText}` });
      } else problems.push(problem);
    }
  }
  return {
    values: problems.length === 0 ? Object.freeze(values) as ConfigOf<F> : undefined,
    present,
    origins,
    problems,
    warnings,
  };
}

/**
 * Keys that no field has: in the files and in `--set`. (Unknown variables in the environment are not
 * reported: the environment belongs to others, too.)
 */
export function unknownKeys(
  known: ReadonlyMap<string, ReadonlySet<string>>,
  sources: ConfigSources,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  function report(origin: string, path: string, key: string, known: Iterable<string>) {
    const candidates = [...known];
    const near = nearest(key, candidates);
    const remedy = near
      ? `did you mean "${near}"?`
      : `known here: ${candidates.join(", ") || "nothing"}`;
    problems.push({ origin, path, message: `unknown key; ${remedy}` });
  }
  const { file } = sources;
  for (const [section, members] of Object.entries(file?.values ?? {})) {
    const keys = known.get(section);
    if (!keys) report(file!.path, section, section, known.keys());
    else if (members !== null && (typeof members !== "object" || Array.isArray(members))) {
      problems.push({ origin: file!.path, path: section, message: "must be a mapping of keys" });
    } else {
      for (const key of Object.keys(members ?? {})) {
        if (!keys.has(key)) report(file!.path, `${section}.${key}`, key, keys);
      }
    }
  }
  for (const [section, { path, values }] of sources.pluginFiles) {
    const keys = known.get(section) ?? new Set();
    for (const key of Object.keys(values)) {
      if (!keys.has(key.replaceAll("-", "_"))) report(path, key, key, keys);
    }
  }
  for (const target of sources.sets.keys()) {
    const [section, key] = splitTarget(target);
    const keys = known.get(section);
    if (!keys) report("--set", target, section, known.keys());
    else if (!keys.has(key)) report("--set", target, key, keys);
  }
  return problems;
}

function find(
  section: string,
  key: string,
  field: Field<unknown>,
  { sets, env, pluginFiles, file }: ConfigSources,
): Found | undefined {
  const path = `${section}.${key}`;
  const set = sets.get(path);
  if (set !== undefined) return fromText("--set", path, set, false);
  for (const name of [environmentKey(section, key), ...field.aliases]) {
    const value = env[name];
    if (value !== undefined && value !== "") return fromText("environment", name, value, true);
  }
  return fromFile(pluginFiles.get(section), key, key, true) ??
    fromFile(sectionOf(file, section), key, path, false);
}

/** The variable of a key: `CIM_<SECTION>_<KEY>`, dashes as underscores. */
function environmentKey(section: string, key: string): string {
  return `CIM_${section}_${key}`.replaceAll("-", "_").toUpperCase();
}

function fromText(origin: string, path: string, raw: string, isEnv: boolean): Found {
  return { origin, path, raw, isText: true, isNanoseconds: false, isEnv };
}

function fromFile(
  file: ConfigFile | undefined,
  key: string,
  path: string,
  isNanoseconds: boolean,
): Found | undefined {
  if (!file) return undefined;
  const raw = file.values[key] ??
    (isNanoseconds ? file.values[key.replaceAll("_", "-")] : undefined);
  if (raw === undefined || raw === null) return undefined;
  return { origin: file.path, path, raw, isText: false, isNanoseconds, isEnv: false };
}

function sectionOf(file: ConfigFile | undefined, section: string): ConfigFile | undefined {
  const values = file?.values[section];
  if (typeof values !== "object" || values === null || Array.isArray(values)) return undefined;
  return { path: file!.path, values: values as Record<string, unknown> };
}

type Outcome = { readonly value: unknown } | { readonly message: string };

function check(field: Field<unknown>, found: Found, sources: ConfigSources): Outcome {
  let raw = found.isText ? textValue(field, found.raw as string) : found.raw;
  if (field.kind === "duration" && typeof raw === "number") {
    if (!found.isNanoseconds) return { message: `${raw} has no unit; write for example ${raw}s` };
    raw = `${raw}ns`;
  }
  if (field.kind === "secret") return resolveSecret(raw, sources);
  const outcome = field.check(raw);
  if ("value" in outcome) return outcome;
  const shown = JSON.stringify(raw) ?? String(raw);
  return {
    message: `${shown.length > 80 ? `${shown.slice(0, 80)}...` : shown}: ${
      outcome.issues.join("; ")
    }`,
  };
}

/** Numbers as people write them: no hexadecimal, no `Infinity`. */
const decimal = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** A text from the environment or a flag as the value a file would hold; unreadable text stays as it is. */
function textValue(field: Field<unknown>, text: string): unknown {
  switch (field.kind) {
    case "integer":
    case "number":
      return decimal.test(text.trim()) ? Number(text) : text;
    case "flag":
      return text === "true" ? true : text === "false" ? false : text;
    case "list":
      return text.startsWith("[") ? parsedOrText(text) : text.split(",").map((item) => item.trim());
    case "json":
      return parsedOrText(text);
    default:
      return text;
  }
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The schema says what is wrong with it.
    return text;
  }
}

function resolveSecret(raw: unknown, { env, readText }: ConfigSources): Outcome {
  if (typeof raw !== "string") return { message: "must be a text, env:NAME or file:/path" };
  if (raw.startsWith("env:")) {
    const value = env[raw.slice(4)];
    return value === undefined
      ? { message: `${raw}: the variable is not set` }
      : { value: new Secret(value) };
  }
  if (raw.startsWith("file:")) {
    try {
      return { value: new Secret(readText(raw.slice(5)).replace(/\r?\n$/, "")) };
    } catch (error) {
      return { message: `${raw}: ${describeError(error)}` };
    }
  }
  return { value: new Secret(raw) };
}

function splitTarget(target: string): [string, string] {
  const at = target.indexOf(".");
  return [target.slice(0, at), target.slice(at + 1)];
}
