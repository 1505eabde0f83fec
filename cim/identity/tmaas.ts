/**
 * Format of the annotation `xgvela.com/tmaas`.
 *
 * @module
 */
import { describeError, json } from "../../core/mod.ts";
import { type Tmaas, tmaasFieldNames } from "./identity.ts";

const mapping = json((z) => z.record(z.string(), z.unknown()), { doc: "The annotation." });
const member = json((z) => z.string().nullish().transform((text) => text ?? ""), {
  doc: "A member of the annotation.",
  default: "",
});

/**
 * Reads the annotation, given as JSON text or parsed. Missing members are empty; unknown members are ignored.
 *
 * @param place Where the value comes from, for the error message.
 * @throws {TypeError} When it is not a JSON object of strings; the message names the place.
 */
export function parseTmaas(value: unknown, place: string): Tmaas {
  const found = mapping.check(typeof value === "string" ? parseJson(value, place) : value);
  if ("issues" in found) {
    throw new TypeError(`${place}: tmaas ${found.issues.join("; ")}`);
  }
  const fields: Record<string, string> = {};
  for (const name of tmaasFieldNames) {
    const checked = member.check(found.value?.[name]);
    if ("issues" in checked) {
      throw new TypeError(`${place}: tmaas.${name} ${checked.issues.join("; ")}`);
    }
    fields[name] = checked.value;
  }
  return Object.freeze(fields) as Tmaas;
}

function parseJson(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TypeError(`${place}: tmaas is not JSON: ${describeError(cause)}`, { cause });
  }
}
