/**
 * Removes secrets from log fields: members with the name of a secret, user information in URLs and private keys in
 * PEM, at up to five levels of nesting. Deeper values and long texts are cut. The input is never changed.
 *
 * @module
 */

const secretName =
  /pass(word|wd|phrase)?$|secret|token$|credential|authorization|private_?key|api_?key/i;
const scheme = /[a-z][a-z0-9+.-]*:\/\//i;
/** A private key in PEM, or the beginning of one. */
const privateKey =
  /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g;
const maxDepth = 5;
const maxText = 4_096;
const hidden = "[redacted]";

/**
 * Returns a copy of the fields that is safe to write.
 *
 * @example
 * ```ts
 * import { redact, redactText } from "./mod.ts";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(redact({ user: "a", password: "b" }), { user: "a", password: "[redacted]" });
 * assert.equal(redactText("nats://a:b@host"), "nats://[redacted]@host");
 * ```
 */
export function redact(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const safe: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    safe[name] = secretName.test(name) && value !== undefined ? hidden : redactValue(value, 1);
  }
  return safe;
}

/**
 * Returns a text without private keys in PEM and without the user information of addresses, cut at 4,096
 * characters. In each run without blanks, everything between the scheme and the last `@` is hidden, so that a
 * password with characters that a URL does not allow is hidden too; without a scheme, everything before the `@` of a run such as `user:password@host`.
 * In a JSON document inside the text, each string is a text of its own, and what is around it stays.
 */
export function redactText(text: string): string {
  // A password at the place of the cut is seen as a whole.
  const seen = text.slice(0, 2 * maxText);
  const keyless = hidePrivateKeys(seen);
  const safe = keyless.includes("@") ? withoutUserInfo(keyless) : keyless;
  return text.length > maxText ? `${safe.slice(0, maxText)}...` : safe;
}

function withoutUserInfo(text: string): string {
  // A bracket inside a run without blanks may be part of a password.
  const begin = text.search(/(?<=^|\s)[{[]/);
  const end = text.search(/[}\]](?=[^}\]]*$)/) + 1;
  const isApart = end === text.length || /[\s:;,.)]/.test(text[end]);
  if (begin < 0 || begin >= end || !isApart || !isJson(text.slice(begin, end))) {
    return hideInRuns(text);
  }
  const document = text.slice(begin, end).replaceAll(jsonString, hideInRuns);
  return hideInRuns(text.slice(0, begin)) + document + hideInRuns(text.slice(end));
}

/** The content of a string of a JSON document. */
const jsonString = /(?<=")(?:[^"\\]|\\.)+(?=")/g;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // The text has brackets, and is no JSON.
    return false;
  }
}

function hideInRuns(text: string): string {
  return text.split(/(\s+)/).map(hideUserInfo).join("");
}

/** Hides what stands between the scheme, or the beginning, and the last `@` of an address. */
export function hideUserInfo(address: string): string {
  const end = address.lastIndexOf("@");
  if (end < 0) return address;
  const before = address.slice(0, end);
  const found = scheme.exec(before);
  if (found) {
    return before.slice(0, found.index + found[0].length) + hidden + address.slice(end);
  }
  return before.includes(":") ? hidden + address.slice(end) : address;
}

/** Hides private keys in PEM; of one whose end is missing, the rest of the text. */
export function hidePrivateKeys(text: string): string {
  return text.includes("PRIVATE KEY") ? text.replaceAll(privateKey, hidden) : text;
}

/** Whether a member of this name is a secret, such as `password` or `apiKey`. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return redactText(errorText(value));
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (depth >= maxDepth) return "[deep]";
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redactValue(item, depth + 1));
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return redactValue(value.toJSON(), depth + 1);
  }
  const safe: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    safe[name] = secretName.test(name) ? hidden : redactValue(member, depth + 1);
  }
  return safe;
}

/** Text of an error with its code and its causes; at most five, so that a cycle of causes ends. */
function errorText(error: Error, depth = 1): string {
  const message = error.message || error.name;
  const { cause } = error;
  if (!(cause instanceof Error) || depth >= maxDepth) return `${message}${codeText(error)}`;
  // Many messages quote their cause; then only its code is added.
  if (message.includes(cause.message)) return `${message}${codeText(cause) || codeText(error)}`;
  return `${message}${codeText(error)}: ${errorText(cause, depth + 1)}`;
}

function codeText(error: Error): string {
  return "code" in error && typeof error.code === "string" ? ` (${error.code})` : "";
}
