import { redact, redactText } from "../../core/mod.ts";

/**
 * A copy of a configuration value that is safe to print: members with the name of a secret and user information in
 * URLs are replaced by `[redacted]`, at any depth.
 */
export function mask(value: unknown): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null) return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return mask(value.toJSON());
  if (Array.isArray(value)) return value.map(mask);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      isSecret(name) ? "[redacted]" : mask(member),
    ]),
  );
}

/** Whether the redaction of the log hides every member of this name. */
function isSecret(name: string): boolean {
  return redact({ [name]: "" })[name] !== "";
}
