/**
 * Reads sections: from the sources to typed, frozen values, or to a list of all problems.
 *
 * @module
 */
import { describeError } from "../errors/mod.ts";
import { isTooDeep, tooDeep } from "./_depth.ts";
import { kindText } from "./_plain_words.ts";
import { environmentKey, splitTarget } from "./_target.ts";
import { type ConfigOf, type Field, type Fields, operatorKey } from "./field.ts";
import type { ConfigProblem } from "./problem.ts";
import { Secret } from "./secret.ts";
import type { ConfigFile, ConfigSources } from "./sources.ts";

/** Result of reading a section. */
export interface SectionResult<F extends Fields> {
  /** The values, frozen. Undefined if there are problems. */
  readonly values?: ConfigOf<F>;
  /** Whether a source of the operator has a key of this section; derived defaults do not count. */
  readonly present: boolean;
  /** Source of each value that is not the default of its field, by the operator's key. */
  readonly origins: ReadonlyMap<string, string>;
  /** Values that are wrong. */
  readonly problems: readonly ConfigProblem[];
  /** Wrong values that were replaced by the default, and deprecated names. */
  readonly warnings: readonly ConfigProblem[];
}

/** Options of {@linkcode readSection}. */
export interface ReadSectionOptions {
  /** Names that the section had before. Their keys are accepted with a warning. Default: none. */
  formerSections?: readonly string[];
}

/** A value in a source, before it is checked. */
interface Found {
  readonly origin: string;
  /** The key, or the name of the variable. */
  readonly path: string;
  readonly raw: unknown;
  readonly isText: boolean;
  readonly isNanoseconds: boolean;
  readonly isEnv: boolean;
  /** The name to write instead, if this is a former name. */
  readonly renamedTo?: string;
}

/**
 * Reads one section. The sources are searched in the order of their precedence; within one source, the name of
 * a key comes before its former names.
 */
export function readSection<F extends Fields>(
  section: string,
  fields: F,
  sources: ConfigSources,
  { formerSections = [] }: ReadSectionOptions = {},
): SectionResult<F> {
  const values: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  const warnings: ConfigProblem[] = [];
  let present = false;
  for (const [name, field] of Object.entries(fields)) {
    const key = operatorKey(name, field);
    values[name] = field.default;
    const set = findSet(section, key, field, formerSections, sources);
    present ||= set !== undefined;
    const found = set ?? findDerived(`${section}.${key}`, sources);
    if (!found) continue;
    const { origin, path, renamedTo } = found;
    if (renamedTo) {
      const message = `this name is deprecated; write ${renamedTo} instead`;
      warnings.push({ origin, path, message });
    }
    const outcome = check(field, found, sources);
    if ("value" in outcome) {
      values[name] = outcome.value;
      origins.set(key, origin);
    } else {
      const problem = { origin, path, message: outcome.message };
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

/** Finds the value of a key under its name or a former one, in the sources of the operator. */
function findSet(
  section: string,
  key: string,
  field: Field<unknown>,
  formerSections: readonly string[],
  sources: ConfigSources,
): Found | undefined {
  const { sets, env, envPrefix, pluginFiles, file } = sources;
  const current = `${section}.${key}`;
  const former = [...field.formerKeys, ...formerSections.map((name) => `${name}.${key}`)];
  const targets = [
    { target: current, renamed: {} },
    ...former.map((target) => ({ target, renamed: { renamedTo: current } })),
  ];
  for (const { target, renamed } of targets) {
    const value = sets.get(target);
    if (value !== undefined) return { ...fromText("--set", target, value, false), ...renamed };
  }
  const variable = environmentKey(envPrefix, current);
  for (const name of [variable, ...field.aliases]) {
    const value = name && env[name];
    if (value) return fromText("environment", name, value, true);
  }
  for (const target of former) {
    const name = environmentKey(envPrefix, target);
    const value = name && env[name];
    if (value) return { ...fromText("environment", name, value, true), renamedTo: variable };
  }
  for (const { target, renamed } of targets) {
    const [name, member] = splitTarget(target);
    const found = fromFile(pluginFiles.get(name), member, member, true);
    if (found) return { ...found, ...renamed };
  }
  for (const { target, renamed } of targets) {
    const [name, member] = splitTarget(target);
    const found = fromFile(sectionOf(file, name), member, target, false);
    if (found) return { ...found, ...renamed };
  }
  return undefined;
}

function findDerived(path: string, { derived }: ConfigSources): Found | undefined {
  const entry = derived.get(path);
  if (!entry || entry.value === undefined) return undefined;
  const { origin, value: raw } = entry;
  return { origin, path, raw, isText: false, isNanoseconds: false, isEnv: false };
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
  if (isTooDeep(raw)) return { message: tooDeep };
  const outcome = field.check(raw);
  if ("value" in outcome) return outcome;
  return { message: outcome.issues.join("; ") };
}

/** Decimal numbers; not hexadecimal ones, and not `Infinity`. */
const decimal = /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/** Parses a text from the environment or a flag. A text that cannot be parsed stays a text, and its check fails. */
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
    // The check of the field reports what is wrong with the text.
    return text;
  }
}

function resolveSecret(raw: unknown, { env, readText }: ConfigSources): Outcome {
  if (typeof raw !== "string") {
    return { message: `must be a text, env:NAME or file:/path, found ${kindText(raw)}` };
  }
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
