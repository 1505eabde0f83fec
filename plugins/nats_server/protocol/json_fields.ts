/**
 * Reads JSON objects of the protocol as nats-server does: keys in upper or lower case, unknown keys ignored,
 * `null` keeps the previous value, integers must not be written as fractions.
 *
 * @module
 */

/** Types of a field. */
type Field = string | number | boolean | readonly string[];

/** Keeps a byte order mark, so that parsing fails on it as in nats-server. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

/**
 * The fields of `before`, overwritten by the JSON. `null` when the JSON is not an object, or when one of these
 * fields has a value of another type.
 */
export function readFields<Fields extends { [Name in keyof Fields]: Field }>(
  json: Uint8Array,
  before: Fields,
): Fields | null {
  const parsed = parse(decoder.decode(json));
  if (parsed === null) return { ...before };
  if (typeof parsed !== "object" || Array.isArray(parsed)) return null;
  const fields: Fields = { ...before };
  for (const [key, value] of Object.entries(parsed)) {
    const name = key.toLowerCase();
    if (value === null || !Object.hasOwn(before, name)) continue;
    if (!isLike(value, before[name as keyof Fields])) return null;
    Object.assign(fields, { [name]: value });
  }
  return fields;
}

/** The parsed value; `undefined` when the text is not JSON. Numbers other than 64-bit integers become NaN. */
function parse(text: string): unknown {
  try {
    return JSON.parse(
      text,
      (_key, value, context?: { source: string }) =>
        typeof value === "number" && !isInt64(context!.source) ? NaN : value,
    );
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isInt64(source: string): boolean {
  if (!/^-?\d{1,19}$/.test(source)) return false;
  const value = BigInt(source);
  return value >= minInt64 && value <= maxInt64;
}

function isLike(value: unknown, known: Field): boolean {
  if (typeof value !== typeof known) return false;
  if (typeof value === "number") return !Number.isNaN(value);
  if (typeof known !== "object") return true;
  return Array.isArray(value) && value.every((item) => item === null || typeof item === "string");
}
