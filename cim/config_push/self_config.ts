import { AgentError, describeError } from "../../core/mod.ts";
import type { ChangeSetKey } from "../config_keys/mod.ts";
import type { CimSettingsApi } from "../settings/mod.ts";
import { patchText } from "./app_messages.ts";
import type { Verdict } from "./change_record.ts";

/**
 * Applies a change-set for the agent's own `cim.json`: patches the whole document, checks it and applies it.
 * Returns once the effects are in place. A patch that fails changes nothing.
 */
export async function applySelfConfig(
  { key }: ChangeSetKey,
  patch: Uint8Array,
  settings: Pick<CimSettingsApi, "current" | "apply">,
): Promise<Verdict> {
  try {
    // Loaded on first use: most agents never patch themselves.
    const { applyJsonPatch } = await import("./_json_patch.ts");
    await settings.apply(applyJsonPatch(settings.current, parsePatch(patchText(key, patch))));
    return { outcome: "applied", reason: "", isConfirmed: true };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { outcome: "failed", reason, isConfirmed: true };
  }
}

function parsePatch(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AgentError("value_invalid", `The patch is not JSON: ${describeError(cause)}`, {
      cause,
    });
  }
}
