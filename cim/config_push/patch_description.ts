/**
 * What a patch changes, for people: its operations without secrets. Values are hidden at places, in members and in
 * pairs of name and value whose name is that of a secret, such as `password`; user information of URLs is removed.
 *
 * @module
 */
import { isSecretName, redactText } from "../../core/mod.ts";
import type { ChangeRecord } from "./change_record.ts";

/** The patch of a change-set as `GET /api/v1/config/patches` shows it. */
export interface PatchDescription
  extends Pick<ChangeRecord, "key" | "level" | "dataKey" | "revision" | "verdict"> {
  /** The operations, without secrets; undefined when the patch is missing or is not a list of operations. */
  readonly operations?: readonly PatchOperation[];
  /** Why there are no operations. */
  readonly missing?: string;
}

/** One operation of RFC 6902. */
export interface PatchOperation {
  /** What it does. */
  readonly op: string;
  /** Where, as a JSON Pointer. */
  readonly path: string;
  /** Where a value is moved or copied from. */
  readonly from?: string;
  /** The value, without secrets. */
  readonly value?: unknown;
}

const hidden = "[redacted]";
/** Most levels of a value that are shown. */
const maxDepth = 64;
/** Members that name what the member `value` beside them is. */
const nameMembers: readonly string[] = ["name", "key"];

/** Describes the patch of a change-set. `patch` is undefined when it is not kept. */
export function describePatch(
  { key, level, dataKey, revision, verdict }: ChangeRecord,
  patch: Uint8Array | undefined,
): PatchDescription {
  const head = { key, level, dataKey, revision, verdict };
  if (patch === undefined) return { ...head, missing: "its patch is not kept" };
  const operations = operationsOf(patch);
  return operations ? { ...head, operations } : { ...head, missing: "it is not a JSON Patch" };
}

function operationsOf(patch: Uint8Array): PatchOperation[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(patch));
  } catch {
    // The patch is no JSON; the application reports what is wrong with it.
    return undefined;
  }
  if (!Array.isArray(parsed)) return undefined;
  const operations: PatchOperation[] = [];
  for (const operation of parsed) {
    if (typeof operation !== "object" || operation === null) return undefined;
    const { op, path, from, value } = operation as Record<string, unknown>;
    if (typeof op !== "string" || typeof path !== "string") return undefined;
    const isSecret = path.split("/").some(isSecretName);
    operations.push({
      op,
      path,
      ...(typeof from === "string" && { from }),
      ...(value !== undefined && { value: isSecret ? hidden : withoutSecrets(value, 1) }),
    });
  }
  return operations;
}

function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value === "string") return redactText(value);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDepth) return "[deep]";
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, depth + 1));
  const members = Object.entries(value);
  const isSecretPair = members.some(([name, text]) =>
    nameMembers.includes(name) && typeof text === "string" && isSecretName(text)
  );
  return Object.fromEntries(members.map(([name, member]) => {
    const isSecret = isSecretName(name) || (isSecretPair && name === "value");
    return [name, isSecret ? hidden : withoutSecrets(member, depth + 1)];
  }));
}
