/**
 * Format of the annotation `xgvela.com/tmaas`.
 *
 * @module
 */
import { describeError } from "../../core/mod.ts";
import { type Tmaas, tmaasFieldNames } from "./identity.ts";

/**
 * Reads the annotation, given as JSON text or parsed. Missing members are empty; unknown members are ignored.
 *
 * @param place Where the value comes from, for the error message.
 * @throws {TypeError} When it is not a JSON object of strings; the message names the place.
 */
export function parseTmaas(value: unknown, place: string): Tmaas {
  const members = typeof value === "string" ? parseJson(value, place) : value;
  if (typeof members !== "object" || members === null || Array.isArray(members)) {
    throw new TypeError(`${place}: tmaas is ${shown(members)}, wanted a JSON object of strings`);
  }
  const fields: Record<string, string> = {};
  for (const name of tmaasFieldNames) {
    const member = (members as Record<string, unknown>)[name] ?? "";
    if (typeof member !== "string") {
      throw new TypeError(`${place}: tmaas.${name} is ${shown(member)}, wanted a string`);
    }
    fields[name] = member;
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

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}...` : text;
}
