import { AgentError } from "../../core/mod.ts";
import { registrationErrors } from "./errors.ts";

/** The body of a registration. */
export interface RegistrationRequest {
  readonly containerName: string;
  readonly containerId: string;
  readonly overrides: { readonly lmaas: unknown; readonly app_settings: unknown };
}

const maxTextLength = 1_024;
/** Most levels of nesting in overrides; valid ones have two. Deeper values exhaust the stack when they are checked. */
const maxDepth = 16;
/** Text of the contract for a body that is not as wanted. */
const invalidBody = "Invalid request body.";

/** The error for a body that cannot be used; its message is the contract's `err_msg`. */
export function badRegistration(message: string, cause?: unknown): AgentError {
  return new AgentError(registrationErrors.registration_invalid, message, { cause });
}

/**
 * Parses a body. Its content type does not matter; unknown members are ignored.
 *
 * @throws {AgentError} `registration_invalid`, with a message in the words of the contract.
 */
export function parseRegistration(body: string, fieldsMandatory: boolean): RegistrationRequest {
  const members = parseObject(body);
  const containerName = textOf(members, "container_name");
  const containerId = textOf(members, "container_id");
  if (fieldsMandatory && (containerName.trim() === "" || containerId.trim() === "")) {
    throw badRegistration(
      `${invalidBody} Please provide mandatory fields container_name and container_id.`,
    );
  }
  const { lmaas, app_settings } = members;
  for (const [name, value] of Object.entries({ lmaas, app_settings })) {
    if (isDeeperThan(maxDepth, value)) {
      throw badRegistration(`${invalidBody} ${name} is nested more than ${maxDepth} levels.`);
    }
  }
  return { containerName, containerId, overrides: { lmaas, app_settings } };
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw badRegistration(invalidBody, cause);
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw badRegistration(invalidBody, new TypeError("the body is not a JSON object"));
}

function textOf(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = members[name] ?? "";
  if (typeof value !== "string") {
    throw badRegistration(invalidBody, new TypeError(`${name} is not a text`));
  }
  if (value.length > maxTextLength) {
    throw badRegistration(`${invalidBody} ${name} is longer than ${maxTextLength} characters.`);
  }
  return value;
}

function isDeeperThan(levels: number, value: unknown): boolean {
  let layer = [value];
  for (let depth = 0; layer.length > 0; depth++) {
    if (depth > levels) return true;
    layer = layer.flatMap((item) =>
      typeof item === "object" && item !== null ? Object.values(item) : []
    );
  }
  return false;
}
