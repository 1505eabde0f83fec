/** The body of a registration. */
export interface RegistrationRequest {
  readonly containerName: string;
  readonly containerId: string;
  readonly overrides: { readonly lmaas: unknown; readonly app_settings: unknown };
}

const maxTextLength = 1_024;

/** What is wrong with a body, in the words of the contract. */
export class BadRegistration extends Error {
  override readonly name = "BadRegistration";
}

/** Reads a body. Content type does not matter; members that are not known are left out. */
export function parseRegistration(body: string, fieldsMandatory: boolean): RegistrationRequest {
  const members = parseObject(body);
  const containerName = textOf(members, "container_name");
  const containerId = textOf(members, "container_id");
  if (fieldsMandatory && (containerName.trim() === "" || containerId.trim() === "")) {
    throw new BadRegistration(
      "Invalid request body. Please provide mandatory fields container_name and container_id.",
    );
  }
  const { lmaas, app_settings } = members;
  return { containerName, containerId, overrides: { lmaas, app_settings } };
}

function parseObject(body: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (cause) {
    throw new BadRegistration("Invalid request body.", { cause });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw new BadRegistration("Invalid request body.");
}

function textOf(members: Readonly<Record<string, unknown>>, name: string): string {
  const value = members[name] ?? "";
  if (typeof value !== "string") throw new BadRegistration("Invalid request body.");
  if (value.length > maxTextLength) {
    throw new BadRegistration(
      `Invalid request body. ${name} is longer than ${maxTextLength} characters.`,
    );
  }
  return value;
}
