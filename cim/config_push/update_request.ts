import { AgentError, textCodec } from "../../core/mod.ts";
import type { ChangeSetKey } from "./change_set_key.ts";

/**
 * The body of `POST /updateConfig`: four texts, the patch as JSON text within JSON.
 *
 * @throws {AgentError} `value_invalid` when the patch is not UTF-8.
 */
export function updateRequest({ key, dataKey, revision }: ChangeSetKey, patch: Uint8Array) {
  return textCodec.encode(JSON.stringify({
    "change-set-key": key,
    "config-patch": patchText(key, patch),
    "data-key": dataKey,
    "revision": String(revision),
  }));
}

/** The patch as text. @throws {AgentError} `value_invalid` when it is not UTF-8. */
export function patchText(key: string, patch: Uint8Array): string {
  try {
    return textCodec.decode(patch);
  } catch (cause) {
    throw new AgentError("value_invalid", `Cannot read the patch of ${key}: it is not UTF-8`, {
      cause,
    });
  }
}
