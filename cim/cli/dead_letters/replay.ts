import { AgentError, hasCode, spoolOwner } from "../../../core/mod.ts";
import {
  letterBlocks,
  letterId,
  maxLettersPerRequest,
  replayableRoutes,
  type ReplayRequest,
} from "../../dead_letters/mod.ts";
import { removeDeadLetters, type StoredDeadLetter } from "../../spool/mod.ts";
import { askAgent, refusal } from "../ask_agent.ts";
import { cliErrors } from "../errors.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { chosenLetters, type LetterChoiceOptions } from "./commands.ts";
import { type LetterPlace, letterPlace, lettersOf, openSpool } from "./letters.ts";

/**
 * Puts the original records back into the queues of their routes and then removes the letters: through the agent that
 * uses the spool, or without one in the files. Ends with 1 when the queues did not take all; those that they did not
 * take stay letters.
 */
export async function replayLetters(options: LetterChoiceOptions, io: CliIo): Promise<number> {
  const place = await letterPlace(options, io);
  const owner = await spoolOwner(place.spoolFolder);
  const replayed = owner === undefined ? undefined : await replayThrough(owner, place, options, io);
  if (replayed === undefined) return await replayInFiles(place, options, io);
  io.out(`replayed ${replayed} dead letters; the agent sends them now`);
  return exitCode.fine;
}

/** Returns the number of letters; undefined when no agent answers, so that another process uses the spool. */
async function replayThrough(
  owner: string,
  place: LetterPlace,
  options: LetterChoiceOptions,
  io: CliIo,
): Promise<number | undefined> {
  const chosen = chosenLetters(await lettersOf(place.path, io), options.choice);
  checkRoutes(chosen);
  const ids = await Promise.all(chosen.map(letterId));
  let replayed = 0;
  for (let at = 0; at < ids.length; at += maxLettersPerRequest) {
    const letters = ids.slice(at, at + maxLettersPerRequest);
    const body: ReplayRequest = { owner: Number(owner), letters };
    const response = await ask(body, place, io);
    if (response === undefined) return undefined;
    if (!response.ok) throw await refusal("replay all dead letters", response);
    replayed += (await response.json() as { replayed: number }).replayed;
  }
  return replayed;
}

async function ask(
  body: ReplayRequest,
  { restAddress }: LetterPlace,
  io: CliIo,
): Promise<Response | undefined> {
  try {
    return await askAgent(new URL("/api/v1/dead-letters/replay", restAddress), {
      method: "POST",
      body: new TextEncoder().encode(JSON.stringify(body)),
      signal: io.stop,
    });
  } catch (error) {
    if (hasCode(error, cliErrors.agent_unreachable.code)) return undefined;
    throw error;
  }
}

async function replayInFiles(
  place: LetterPlace,
  options: LetterChoiceOptions,
  io: CliIo,
): Promise<number> {
  await using spool = await openSpool(place);
  const chosen = chosenLetters(await lettersOf(place.path, io), options.choice);
  checkRoutes(chosen);
  let replayed = 0;
  for (const { route, letters, data } of letterBlocks(chosen)) {
    io.stop.throwIfAborted();
    const result = await spool.queue(route).append(data, letters.length);
    if (result.status === "dropped" || !result.isDurable) {
      const reason = result.status === "dropped" ? result.reason : "the disk fails";
      throw new AgentError(
        cliErrors.replay_refused,
        `Cannot replay ${chosen.length - replayed} of ${chosen.length} dead letters: ${reason}; ` +
          "free space or let the agent send what waits, then replay them again",
        { cause: result.status === "dropped" ? result.cause : undefined },
      );
    }
    // Block by block: a crash repeats at most one block.
    await removeDeadLetters(letters);
    replayed += letters.length;
  }
  io.out(`replayed ${replayed} dead letters; the agent sends them after its next start`);
  return exitCode.fine;
}

function checkRoutes(letters: readonly StoredDeadLetter[]): void {
  for (const { route } of letters) {
    if (replayableRoutes.includes(route)) continue;
    throw new AgentError(
      cliErrors.dead_letter_without_queue,
      `Cannot replay a dead letter of route "${route}": only ${replayableRoutes.join(" and ")} ` +
        "have a queue for them; choose others with --route, or drop it",
    );
  }
}
