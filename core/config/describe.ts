/**
 * Documentation of the configuration as Markdown and as a JSON Schema, both made from the fields.
 *
 * @module
 */
import { type Field, type Fields, operatorKey } from "./field.ts";

/** A section with the fields that one plugin reads from it. */
export interface DescribedSection {
  /** Name of the section. */
  readonly section: string;
  /** Its fields by their names in code. */
  readonly fields: Fields;
  /** Names that the section had before. */
  readonly formerSections?: readonly string[];
}

/**
 * One Markdown table for each section that has keys, in the order given.
 *
 * @example
 * ```ts
 * import { describeMarkdown, integer } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const fields = { port: integer({ doc: "Port to listen on.", default: 80 }) };
 * assert.match(describeMarkdown([{ section: "web", fields }]), /Port to listen on/);
 * ```
 */
export function describeMarkdown(sections: readonly DescribedSection[]): string {
  return mergeSections(sections).filter(([, fields]) => fields.length > 0).map((
    [section, fields],
  ) =>
    [
      `#### \`${section}\``,
      "",
      "| Key | Type | Default | Meaning |",
      "| --- | --- | --- | --- |",
      ...fields.map(([key, field]) => row(key, field)),
      "",
    ].join("\n")
  ).join("\n");
}

/**
 * The JSON Schema of the configuration file, for editors and checks.
 *
 * @example
 * ```ts
 * import { describeJsonSchema, flag } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const fields = { tls: flag({ doc: "Whether TLS is used.", default: false }) };
 * const schema = describeJsonSchema([{ section: "web", fields }]);
 * assert.equal(schema.additionalProperties, false);
 * ```
 */
export function describeJsonSchema(sections: readonly DescribedSection[]): Record<string, unknown> {
  const properties: Record<string, unknown> = {};
  for (const [section, fields] of mergeSections(sections)) {
    properties[section] = {
      type: "object",
      additionalProperties: false,
      properties: Object.fromEntries(
        fields.map(([key, field]) => [key, {
          ...field.jsonSchema(),
          ...(field.default === undefined ? {} : { default: defaultInFile(field) }),
        }]),
      ),
    };
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    additionalProperties: false,
    properties,
  };
}

/** The fields by section and operator's key. A section that several plugins read appears once. */
export function mergeSections(
  sections: readonly DescribedSection[],
): [section: string, fields: [key: string, field: Field<unknown>][]][] {
  const merged = new Map<string, Map<string, Field<unknown>>>();
  for (const { section, fields } of sections) {
    const keys = merged.get(section) ?? new Map<string, Field<unknown>>();
    merged.set(section, keys);
    for (const [name, field] of Object.entries(fields)) {
      keys.set(operatorKey(name, field), field);
    }
  }
  return [...merged].map(([section, keys]) => [section, [...keys]]);
}

function row(key: string, field: Field<unknown>): string {
  const aliases = field.aliases.length > 0 ? ` Also \`${field.aliases.join("`, `")}\`.` : "";
  const shown = field.default === undefined ? "" : `\`${field.defaultText || '""'}\``;
  const cells = [`\`${key}\``, typeText(field), shown, `${field.doc}${aliases}`];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** The kind of the field, the values of a choice, or the bounds of a number. */
function typeText(field: Field<unknown>): string {
  const { enum: values, minimum, maximum } = field.jsonSchema();
  if (Array.isArray(values)) return values.map((value) => `\`${value}\``).join(", ");
  const bounds = [
    isBound(minimum) ? `from ${minimum}` : "",
    isBound(maximum) ? `to ${maximum}` : "",
  ].filter(Boolean);
  return [field.kind, ...bounds].join(" ");
}

function isBound(value: unknown): boolean {
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER;
}

/** The default as it is written in a file: durations and sizes with a unit. */
function defaultInFile({ kind, default: value, defaultText }: Field<unknown>): unknown {
  return kind === "duration" || kind === "size" ? defaultText : value;
}
