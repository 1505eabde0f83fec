/**
 * Messages exchanged with the application about a change-set. To the application, as the body of
 * `POST /updateConfig`, with the patch as JSON text inside JSON:
 * `{"change-set-key": key, "config-patch": "[...]", "data-key": "amf.json", "revision": "5"}`.
 * From the application, on subject CONFIG or as the body of its 2xx answer:
 * `{"change-set-key": key, "revision": "5", "status": "success", "remarks": ""}`.
 *
 * @module
 */
import { AgentError, redactText, textCodec } from "../../core/mod.ts";
import { type ChangeSetKey, parseRevision } from "../config_keys/mod.ts";

/**
 * Builds the body of `POST /updateConfig`.
 *
 * @throws {AgentError} `value_invalid` when the patch is not UTF-8.
 */
export function updateRequest(
  { key, dataKey, revision }: ChangeSetKey,
  patch: Uint8Array,
): Uint8Array {
  return textCodec.encode(JSON.stringify({
    "change-set-key": key,
    "config-patch": patchText(key, patch),
    "data-key": dataKey,
    "revision": String(revision),
  }));
}

/**
 * Decodes the patch of a change-set.
 *
 * @throws {AgentError} `value_invalid` when it is not UTF-8.
 */
export function patchText(key: string, patch: Uint8Array): string {
  try {
    return textCodec.decode(patch);
  } catch (cause) {
    throw new AgentError("value_invalid", `Cannot read the patch of ${key}: it is not UTF-8`, {
      cause,
    });
  }
}

/** Status in a reply. */
export type ReplyStatus = "success" | "unused" | "failure";

/** A reply that passed the checks of {@linkcode parseConfigReply}. */
export interface ConfigReply {
  /** Key of the change-set, as the application received it. */
  readonly changeSetKey: string;
  /** Revision in the reply; undefined when the member is missing. */
  readonly revision: number | undefined;
  /** Any text but `success` and `unused` counts as `failure`. */
  readonly status: ReplyStatus;
  /** Whether the member `status` is a text. */
  readonly hasStatus: boolean;
  /** Free text without secrets, cut at 1,024 characters. */
  readonly remarks: string;
}

/** Why a reply is invalid. */
export type ReplyFault = "not_json" | "no_key" | "bad_revision";

const maxRemarks = 1_024;
const decoder = new TextDecoder();

/** Parses a reply. The revision may be decimal text or an integer; other members may have any type. */
export function parseConfigReply(payload: Uint8Array): ConfigReply | ReplyFault {
  let members: unknown;
  try {
    members = JSON.parse(decoder.decode(payload));
  } catch {
    return "not_json";
  }
  if (typeof members !== "object" || members === null || Array.isArray(members)) return "not_json";
  const { "change-set-key": key, revision, status, remarks } = members as Record<string, unknown>;
  if (typeof key !== "string" || key === "") return "no_key";
  const number = revision === undefined || revision === null
    ? undefined
    : parseRevision(typeof revision === "number" ? String(revision) : textOr(revision));
  if (number === undefined && revision !== undefined && revision !== null) return "bad_revision";
  return {
    changeSetKey: key,
    revision: number,
    status: status === "success" || status === "unused" ? status : "failure",
    hasStatus: typeof status === "string",
    remarks: redactText(textOr(remarks)).slice(0, maxRemarks),
  };
}

/**
 * Parses the body of a 2xx answer to `POST /updateConfig`, which may be the reply, as from TMaaS. Undefined when it is
 * not a reply for this change-set: it must name its key and have a text as status.
 */
export function parseAnswer(
  body: Uint8Array | undefined,
  { key, revision }: ChangeSetKey,
): ConfigReply | undefined {
  if (!body) return undefined;
  const reply = parseConfigReply(body);
  if (typeof reply === "string" || !reply.hasStatus || reply.changeSetKey !== key) return undefined;
  return (reply.revision ?? revision) === revision ? reply : undefined;
}

function textOr(value: unknown): string {
  return typeof value === "string" ? value : "";
}
