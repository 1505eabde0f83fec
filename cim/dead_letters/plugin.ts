import { AgentError, definePlugin, type Plugin } from "../../core/mod.ts";
import { httpToken, jsonResponse } from "../../plugins/http/mod.ts";
import { booksToken } from "../books/mod.ts";
import { spoolToken } from "../spool/mod.ts";
import { deadLetterErrors } from "./errors.ts";
import { putBack } from "./put_back.ts";

/** Body of `POST /api/v1/dead-letters/replay`. */
export interface ReplayRequest {
  /** Id of the agent's process, as the lock of the spool says: another agent has other letters. */
  readonly owner: number;
  /** Ids of the letters. */
  readonly letters: readonly string[];
}

/** Most letters of one request. */
export const maxLettersPerRequest = 1_000;

/** Lets loopback peers put dead letters back into the queue of their route. */
export function deadLetters(): Plugin {
  return definePlugin({
    name: "dead_letters",
    requires: [httpToken, spoolToken, booksToken],
    config: {},
    init({ name, get, clock, log }) {
      const options = { spool: get(spoolToken), books: get(booksToken), clock };
      get(httpToken).route(name, {
        method: "POST",
        path: "/api/v1/dead-letters/replay",
        maxBodyBytes: 65_536,
        async handler({ request }) {
          const { owner, letters } = replayRequest(await request.text());
          if (owner !== Deno.pid) {
            throw new AgentError(
              deadLetterErrors.dead_letter_replay_refused,
              `Cannot replay dead letters: they are those of process ${owner}, and this agent is ` +
                `process ${Deno.pid}; ask that one, or stop it, and replay them again`,
            );
          }
          const replayed = await putBack(new Set(letters), options);
          log.info("Dead letters were put back into their queues", { letters: replayed });
          return jsonResponse({ replayed });
        },
      });
    },
  });
}

function replayRequest(text: string): ReplayRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Reported below, as any other body that is not as wanted.
  }
  const { owner, letters } = (body ?? {}) as Partial<Record<keyof ReplayRequest, unknown>>;
  const isList = Array.isArray(letters) && letters.length <= maxLettersPerRequest &&
    letters.every((id) => typeof id === "string");
  if (typeof owner === "number" && isList) return { owner, letters };
  throw new AgentError(
    deadLetterErrors.dead_letter_request_invalid,
    `Cannot replay dead letters: the body must be {"owner": <process>, "letters": [<id>, ...]} with at ` +
      `most ${maxLettersPerRequest} ids`,
  );
}
