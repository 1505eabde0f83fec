/**
 * Fields of a configuration section. One field defines the type in code, the default, the check, the
 * documentation and the JSON Schema of a key.
 *
 * Names in code are camelCase with a unit (`pingIntervalMs`, `maxPayloadBytes`). The operator's keys are the
 * same names in snake_case without the unit (`ping_interval: 2m`, `max_payload: 1MiB`), because the value has
 * the unit. {@linkcode operatorKey} implements this rule.
 *
 * @module
 */
import {
  bytes,
  type Duration,
  formatDuration,
  formatSize,
  milliseconds,
  parseDuration,
  parseSize,
  type Size,
} from "../units/mod.ts";
import { plainWords, tellProblems } from "./_plain_words.ts";
import { z } from "./_zod.ts";
import { Secret } from "./secret.ts";

/** Kind of value of a field. It decides how text from the environment and from flags is parsed. */
export type FieldKind =
  | "text"
  | "integer"
  | "number"
  | "flag"
  | "choice"
  | "duration"
  | "size"
  | "list"
  | "secret"
  | "json";

/**
 * Result of a check: the value for code, or the problems of the raw value. Each problem tells the place inside the
 * value, what is allowed and what was found, such as `must be at most 30, found 999`.
 */
export type Checked<T> = { readonly value: T } | { readonly issues: readonly string[] };

/** The part of a zod schema that {@linkcode json} uses. */
export interface Schema<T> {
  /** Returns the value for code. @throws {Error} When the raw value is wrong. */
  parse(value: unknown): T;
}

/** Definition of one key of a section. */
export interface Field<T> {
  /** Kind of the value. */
  readonly kind: FieldKind;
  /** Meaning of the key in one or two sentences, without its name. */
  readonly doc: string;
  /** Checks a raw value and converts it to the type used in code. */
  readonly check: (raw: unknown) => Checked<T>;
  /** Returns the JSON Schema of the values that a file may contain. */
  readonly jsonSchema: () => Record<string, unknown>;
  /** Value for code when the key is absent. */
  readonly default: T;
  /** The default as an operator writes it; empty when there is no default. */
  readonly defaultText: string;
  /** Environment variables read after `<prefix><SECTION>_<KEY>`; the first one that is set counts. */
  readonly aliases: readonly string[];
  /** Names that the key had before, as `section.key`. They are accepted with a warning. */
  readonly formerKeys: readonly string[];
  /** Whether a bad value in the environment is only a warning and the default is used. */
  readonly lenientEnv: boolean;
}

/** The fields of a section by their names in code. */
// Each field has its own value type. `Field` is invariant in it, so `Field<unknown>` would accept none.
// deno-lint-ignore no-explicit-any
export type Fields = Readonly<Record<string, Field<any>>>;

/** Type of the parsed section. */
export type ConfigOf<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** Options of all fields. */
export interface FieldOptions<T> {
  /** Meaning of the key in one or two sentences. */
  doc: string;
  /** Value when the key is absent. Without a default the value may be `undefined`. */
  default?: T;
  /** Environment variables read beside the key's own. */
  aliases?: readonly string[];
  /** Names that the key had before, as `section.key`. */
  formerKeys?: readonly string[];
  /** Whether a bad value in the environment is only a warning. Default false. */
  lenientEnv?: boolean;
}

/** Inclusive bounds of a numeric field. */
export interface Bounds {
  /** Smallest value. */
  min?: number;
  /** Largest value. */
  max?: number;
}

/** Options of {@linkcode duration} and {@linkcode size}: measures are numbers, or texts with a unit. */
export interface MeasuredOptions<M> extends Omit<FieldOptions<number>, "default"> {
  /** Value when the key is absent. Without a default the value may be `undefined`. */
  default?: M;
  /** Smallest value. Default 0. */
  min?: M;
  /** Largest value. Default: no limit. */
  max?: M;
}

/** Type of a {@linkcode duration} or {@linkcode size} field: without a default the value may be undefined. */
export type Measured<M, O> = O extends { default: M } ? Field<number> : Field<number | undefined>;

/** Type of a field: without a default the value may be undefined. */
export type Optional<T, O> = O extends { default: T } ? Field<T> : Field<T | undefined>;

/**
 * A text. `pattern` restricts it, and `patternDoc` says in an error what is expected.
 *
 * @example All kinds of fields
 * ```ts
 * import {
 *   choice,
 *   duration,
 *   flag,
 *   integer,
 *   list,
 *   number,
 *   readSection,
 *   secret,
 *   size,
 *   sourcesFrom,
 *   text,
 * } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const fields = {
 *   host: text({ doc: "Host name.", pattern: /^[a-z.]+$/, patternDoc: "must be lower case" }),
 *   port: integer({ doc: "Port.", default: 80, min: 1, max: 65_535 }),
 *   ratio: number({ doc: "Sampled share.", default: 0.5, min: 0, max: 1 }),
 *   tls: flag({ doc: "Whether TLS is used.", default: true }),
 *   mode: choice(["fast", "safe"], { doc: "Mode.", default: "safe" }),
 *   timeoutMs: duration({ doc: "Time limit.", default: "5s", min: "10ms" }),
 *   maxBodyBytes: size({ doc: "Largest body.", default: "1MiB" }),
 *   tags: list({ doc: "Tags.", default: [] }),
 *   token: secret({ doc: "Token for the login." }),
 * };
 * const sources = sourcesFrom({ sets: ["web.timeout=2s", "web.mode=fast"] });
 * const { values } = readSection("web", fields, sources);
 * assert.deepEqual([values?.timeoutMs, values?.mode, values?.port], [2_000, "fast", 80]);
 * ```
 */
export function text<
  const O extends FieldOptions<string> & { pattern?: RegExp; patternDoc?: string },
>(
  options: O,
): Optional<string, O> {
  const { pattern, patternDoc = `must match ${pattern}` } = options;
  const schema = pattern ? z.string().regex(pattern, patternDoc) : z.string();
  return field("text", schema, options) as Optional<string, O>;
}

/** An integer within bounds. */
export function integer<const O extends FieldOptions<number> & Bounds>(
  options: O,
): Optional<number, O> {
  return field("integer", bounded(z.int(), options), options) as Optional<number, O>;
}

/** A number within bounds. */
export function number<const O extends FieldOptions<number> & Bounds>(
  options: O,
): Optional<number, O> {
  return field("number", bounded(z.number(), options), options) as Optional<number, O>;
}

/** True or false. */
export function flag<const O extends FieldOptions<boolean>>(options: O): Optional<boolean, O> {
  return field("flag", z.boolean(), options) as Optional<boolean, O>;
}

/** One of a closed set of texts. */
export function choice<const V extends string, const O extends FieldOptions<V>>(
  values: readonly V[],
  options: O,
): Optional<V, O> {
  return field("choice", z.enum(values as readonly [V, ...V[]]), options) as Optional<V, O>;
}

/**
 * A duration such as `250ms`, `5s`, `2m`, `1h`, `7d`; milliseconds in code. The default and the bounds may be
 * written the same way.
 */
export function duration<const O extends MeasuredOptions<Duration>>(
  options: O,
): Measured<Duration, O> {
  const { min = 0, max = Infinity } = options;
  const measure: Measure = {
    parse: parseDuration,
    format: formatDuration,
    example: "5s, 250ms or 2m",
    min: milliseconds(min, "min"),
    max: milliseconds(max, "max"),
  };
  return field("duration", measured(measure), {
    ...options,
    default: options.default === undefined ? undefined : milliseconds(options.default, "default"),
  }, formatDuration) as Measured<Duration, O>;
}

/**
 * A size such as `512`, `64KiB`, `10MiB`, `1GB`; bytes in code. The default and the bounds may be written the
 * same way.
 */
export function size<const O extends MeasuredOptions<Size>>(options: O): Measured<Size, O> {
  const { min = 0, max = Infinity } = options;
  const measure: Measure = {
    parse: parseSize,
    format: formatSize,
    example: "512, 64KiB or 10MiB",
    min: bytes(min, "min"),
    max: bytes(max, "max"),
  };
  return field("size", measured(measure), {
    ...options,
    default: options.default === undefined ? undefined : bytes(options.default, "default"),
  }, formatSize) as Measured<Size, O>;
}

/** A list of texts. In the environment it is separated by commas, or a JSON array. */
export function list<const O extends FieldOptions<readonly string[]> & ItemCheck>(
  options: O,
): Optional<readonly string[], O> {
  const { checkItem } = options;
  const item = checkItem
    ? z.string().superRefine((value, { addIssue }) => {
      const message = checkItem(value);
      if (message !== undefined) addIssue({ code: "custom", message });
    })
    : z.string();
  return field("list", z.array(item), options) as Optional<readonly string[], O>;
}

/** Option of {@linkcode list}. */
export interface ItemCheck {
  /** Called with each item; returns what is wrong with it, undefined when it is valid. Default: all are valid. */
  checkItem?: (item: string) => string | undefined;
}

/**
 * A secret: `env:NAME` reads it from a variable, `file:/path` from a file without its trailing line feed, and
 * any other text is the secret itself. It is never printed.
 */
export function secret(options: Omit<FieldOptions<Secret>, "default">): Field<Secret | undefined> {
  const schema = z.string().transform((value) => new Secret(value));
  return field<Secret>("secret", schema, options) as Field<Secret | undefined>;
}

/** A structure with its own schema, which `schema` makes with zod. In the environment it is JSON. */
export function json<T, const O extends FieldOptions<T>>(
  schema: (zod: typeof z) => Schema<T>,
  options: O,
): Optional<T, O> {
  return field("json", schema(z) as z.ZodType<T>, options) as Optional<T, O>;
}

/** The operator's key of a name in code: snake_case, without the unit that is part of the value. */
export function operatorKey(name: string, { kind }: Pick<Field<unknown>, "kind">): string {
  const bare = kind === "duration"
    ? name.replace(/Ms$/, "")
    : kind === "size"
    ? name.replace(/Bytes$/, "")
    : name;
  return bare.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function field<T>(
  kind: FieldKind,
  schema: z.ZodType<T>,
  options: FieldOptions<T>,
  show: (value: T) => string = showValue,
): Field<T> {
  const { doc, aliases = [], formerKeys = [], lenientEnv = false } = options;
  return Object.freeze({
    kind,
    doc,
    check: (raw: unknown) => check(schema, raw, kind !== "json" && kind !== "secret"),
    jsonSchema: () => ({ description: doc, ...jsonSchema(schema) }),
    default: options.default as T,
    defaultText: options.default === undefined ? "" : show(options.default),
    aliases,
    formerKeys,
    lenientEnv,
  });
}

function check<T>(schema: z.ZodType<T>, raw: unknown, canQuote: boolean): Checked<T> {
  const { success, data, error } = schema.safeParse(raw, plainWords);
  return success ? { value: data } : { issues: tellProblems(error.issues, canQuote) };
}

function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return rest;
}

function bounded<S extends z.ZodNumber>(schema: S, { min, max }: Bounds): S {
  let result = schema;
  if (min !== undefined) result = result.min(min) as S;
  if (max !== undefined) result = result.max(max) as S;
  return result;
}

/** Parser and formatter of values with a unit, and their bounds as numbers. */
interface Measure {
  readonly parse: (text: string) => number | undefined;
  readonly format: (value: number) => string;
  readonly example: string;
  readonly min: number;
  readonly max: number;
}

/** Schema of a text with a unit. Errors show the bounds with a unit, too. */
function measured({ parse, format, example, min, max }: Measure): z.ZodType<number> {
  const textOrNumber = z.union([z.string(), z.number()], { error: `must be like ${example}` });
  return textOrNumber.transform((value, context) => {
    const result = parse(String(value));
    if (result === undefined) {
      context.addIssue({ code: "custom", message: `must be like ${example}` });
      return z.NEVER;
    }
    if (result < min || result > max) {
      const upper = max === Infinity ? "" : ` and at most ${format(max)}`;
      context.addIssue({ code: "custom", message: `must be at least ${format(min)}${upper}` });
      return z.NEVER;
    }
    return result;
  });
}

function showValue(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value) ?? "";
}
