/**
 * The YANG module of `cim.json`, for the configuration service. It is generated from the same fields that check the
 * document, so that both always have the same members and ranges.
 *
 * The configuration service reads the lines that begin with `module`, `namespace`, `prefix` and `container`, so each is
 * a line of its own.
 *
 * @module
 */
import type { Fields } from "../../core/mod.ts";
import { settingsSections } from "../settings/mod.ts";

/** Stands for the name of the network function and service, which makes the module's name unique. */
export const yangToken = "{{.Values.nf.nfId}}";

/** The module with {@linkcode yangToken} in module name, namespace and prefix. */
export function yangTemplate(): string {
  const sections = Object.entries<Fields>(settingsSections);
  return [
    `module cim-${yangToken} {`,
    "  yang-version 1.1;",
    `  namespace "urn:xgvela:cim:${yangToken}";`,
    `  prefix cim-${yangToken};`,
    "",
    "  container cimConfig {",
    ...sections.flatMap(([name, fields]) => [
      `    container ${name} {`,
      ...Object.entries(fields).flatMap(([name, field]) => leaf(name, field)),
      "    }",
    ]),
    "  }",
    "}",
    "",
  ].join("\n");
}

/**
 * Replaces every token with a name. Characters that a YANG identifier must not have become dashes.
 *
 * @example
 * ```ts
 * import { substituteYang, yangTemplate } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * const text = substituteYang(yangTemplate(), { nfId: "nf1", microservice: "amf" });
 * assert.match(text, /^module cim-nf1-amf \{$/m);
 * ```
 */
export function substituteYang(
  template: string,
  { nfId, microservice }: { readonly nfId: string; readonly microservice: string },
): string {
  const name = [nfId, microservice].filter((part) => part !== "").join("-");
  return template.replaceAll(yangToken, name.replace(/[^A-Za-z0-9_.-]/g, "-"));
}

function leaf(name: string, field: Fields[string]): string[] {
  return [
    `      leaf ${name} {`,
    `        ${typeOf(field)}`,
    "        mandatory true;",
    `        description "${field.doc.replaceAll('"', "'")}";`,
    "      }",
  ];
}

function typeOf({ jsonSchema }: Fields[string]): string {
  const { type, minimum, maximum, enum: values } = jsonSchema();
  if (Array.isArray(values)) {
    return `type enumeration { ${values.map((value) => `enum ${value};`).join(" ")} }`;
  }
  if (type === "boolean") return "type boolean;";
  if (type === "integer") return `type int32 { range "${minimum}..${maximum}"; }`;
  throw new TypeError(`Cannot describe a leaf of type ${type} in YANG`);
}
