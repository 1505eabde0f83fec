/**
 * Change-sets for the agent's own `cim.json`.
 *
 * @module
 */
import { AgentError, describeError } from "../../core/mod.ts";
import type { CimSettingsApi } from "../settings/mod.ts";
import type { ChangeSetKey } from "./change_set_key.ts";
import { patchText } from "./update_request.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Patches the whole document in force, checks it and puts it into effect; only then there is a verdict.
 * A bad patch changes nothing.
 */
export async function applySelfConfig(
  { key }: ChangeSetKey,
  patch: Uint8Array,
  settings: Pick<CimSettingsApi, "current" | "apply">,
): Promise<Verdict> {
  try {
    // Loaded when it is first needed, which most agents never come to.
    const { applyJsonPatch } = await import("./_json_patch.ts");
    await settings.apply(applyJsonPatch(settings.current, parsePatch(patchText(key, patch))));
    return { outcome: "applied", reason: "" };
  } catch (error) {
    return { outcome: "failed", reason: error instanceof Error ? error.message : String(error) };
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
