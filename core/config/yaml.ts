/**
 * YAML, with the parser loaded when it is first used.
 *
 * @module
 */

/**
 * Parses one YAML document.
 *
 * @throws {Error} With line and column when the text is not YAML, or repeats a key in one mapping.
 */
export async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await import("./_yaml.ts");
  return parse(text);
}

/** Writes a value as one YAML document that ends with a line feed. */
export async function stringifyYaml(value: unknown): Promise<string> {
  const { stringify } = await import("./_yaml.ts");
  return stringify(value);
}
