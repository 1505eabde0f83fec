/**
 * The part of `@std/yaml` that this project uses, with the same names and signatures, on top of the
 * well-kept npm package `yaml`. It is imported by path instead of as `jsr:@std/yaml` because links in
 * `deno.json` do not apply to modules loaded by URL, and `deno run URL/main.ts` must not need JSR.
 *
 * @module
 */
import { parse as parseDocument, stringify as stringifyDocument } from "npm:yaml@2.9.1";

/** Options of {@linkcode parse}. */
export interface ParseOptions {
  /** Accept the same key twice in one mapping, the last one wins. Default false: it is an error. */
  allowDuplicateKeys?: boolean;
}

/**
 * Reads one YAML document.
 *
 * @throws {Error} With line and column, when the text is not YAML.
 */
export function parse(content: string, options: ParseOptions = {}): unknown {
  return parseDocument(content, { uniqueKeys: !(options.allowDuplicateKeys ?? false) });
}

/** Writes a value as one YAML document that ends with a line feed. */
export function stringify(value: unknown): string {
  return stringifyDocument(value);
}
