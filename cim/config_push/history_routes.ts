/**
 * The REST interface of the history: recent change-sets, what they changed, and a replay.
 *
 * @module
 */
import { AgentError } from "../../core/mod.ts";
import { type HttpApi, httpErrors, jsonResponse } from "../../plugins/http/mod.ts";
import { levels } from "../config_keys/mod.ts";
import { describeChange, describeIgnored } from "./change_record.ts";
import type { ChangesApi } from "./changes_api.ts";
import { describePatch, type PatchDescription } from "./patch_description.ts";

/** Adds the routes for loopback peers. */
export function addHistoryRoutes(http: HttpApi, owner: string, changes: ChangesApi): void {
  http.route(owner, {
    method: "GET",
    path: "/api/v1/config/changes",
    handler: () =>
      jsonResponse({
        changes: changes.list().map(describeChange),
        ignored: changes.ignored().map(describeIgnored),
      }),
  });
  http.route(owner, {
    method: "GET",
    path: "/api/v1/config/patches",
    async handler({ request }) {
      const { searchParams } = new URL(request.url);
      const level = levelOf(searchParams.get("level"));
      const file = searchParams.get("file") ?? undefined;
      return jsonResponse({ patches: await patchesOf(changes, level, file) });
    },
  });
  http.route(owner, {
    method: "POST",
    path: "/api/v1/config/replay",
    async handler({ request }) {
      const key = new URL(request.url).searchParams.get("key");
      if (!key) {
        throw new AgentError(
          httpErrors.query_invalid,
          "Cannot replay a change-set: the parameter key is missing or empty",
        );
      }
      return jsonResponse(describeChange(await changes.replay(key)), 202);
    },
  });
}

function levelOf(text: string | null): string | undefined {
  if (text === null) return undefined;
  if (levels.some((level) => level === text)) return text;
  throw new AgentError(
    httpErrors.query_invalid,
    `Cannot list patches: level must be ${levels.join(" or ")}, found "${text}"`,
  );
}

/** The patches of the recorded change-sets, oldest first. Skipped ones changed nothing. */
async function patchesOf(
  changes: ChangesApi,
  level: string | undefined,
  file: string | undefined,
): Promise<PatchDescription[]> {
  const records = changes.list().reverse().filter((record) =>
    record.state !== "skipped" && (level === undefined || record.level === level) &&
    (file === undefined || record.dataKey === file)
  );
  const patches: PatchDescription[] = [];
  for (const record of records) {
    patches.push(describePatch(record, await changes.patch(record.key)));
  }
  return patches;
}
