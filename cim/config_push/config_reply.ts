/**
 * Replies of the application on subject CONFIG:
 * `{"change-set-key": key, "revision": "5", "status": "success", "remarks": ""}`.
 *
 * @module
 */
import { parseRevision } from "./change_set_key.ts";

/** What the application says about a change-set. */
export type ReplyStatus = "success" | "unused" | "failure";

/** A reply that can be used. */
export interface ConfigReply {
  /** The change-set's key, as the application received it. */
  readonly changeSetKey: string;
  /** The revision it names; undefined when it names none. */
  readonly revision: number | undefined;
  /** Anything but `success` and `unused` is a failure. */
  readonly status: ReplyStatus;
  /** Free text, cut at 1,024 characters. */
  readonly remarks: string;
}

/** Why a reply cannot be used. */
export type ReplyFault = "not_json" | "no_key" | "bad_revision";

const maxRemarks = 1_024;
const decoder = new TextDecoder();

/** Reads a reply. A revision may be a decimal text or an integer; other members may have any type. */
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
    remarks: textOr(remarks).slice(0, maxRemarks),
  };
}

function textOr(value: unknown): string {
  return typeof value === "string" ? value : "";
}
