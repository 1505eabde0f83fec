/**
 * Configuration values for people, without secrets.
 *
 * @module
 */
import { hidePrivateKeys, hideUserInfo, isSecretName } from "../log/mod.ts";
import { Secret } from "./secret.ts";

const hidden = "[redacted]";

/**
 * Returns a copy of a configuration value that is safe to print: members with the name of a secret, the user
 * information of URLs and private keys in PEM are replaced by `[redacted]`, at any depth.
 *
 * @example
 * ```ts
 * import { displayValue } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(displayValue([{ user: "a", password: "b" }, "http://a:b@host"]), [
 *   { user: "a", password: "[redacted]" },
 *   "http://[redacted]@host",
 * ]);
 * ```
 */
export function displayValue(value: unknown): unknown {
  if (typeof value === "string") return displayText(value);
  if (value instanceof Secret) return hidden;
  if (Array.isArray(value)) return value.map(displayValue);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecretName(name) && member !== undefined ? hidden : displayValue(member),
    ]),
  );
}

/** Seeds of nkeys, which are secret, begin with `S`; an operator can mistake one for the public key. */
const nkeySeed = /^S[ACNOUX][A-Z2-7]{3,}$/;

/** A text without the user information of an address, whatever characters that has, private keys and nkey seeds. */
function displayText(text: string): string {
  return nkeySeed.test(text) ? hidden : hideUserInfo(hidePrivateKeys(text));
}
