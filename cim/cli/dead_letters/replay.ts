import { AgentError } from "../../../core/mod.ts";
import { valueBlock } from "../../../plugins/kafka/mod.ts";
import { removeDeadLetters, type StoredDeadLetter } from "../../spool/mod.ts";
import { cliErrors } from "../errors.ts";
import { exitCode } from "../exit_code.ts";
import type { CliIo } from "../io.ts";
import { chosenLetters, type LetterChoiceOptions } from "./commands.ts";
import { letterPlace, lettersOf, openSpool } from "./letters.ts";

/** Routes whose letters have the form of a record in their queue. */
const replayableRoutes: readonly string[] = ["events", "logs_kafka"];

/** Maximum bytes of records that are appended together. */
const maxBlockBytes = 262_144;

/**
 * Puts the original records back into the queues of their routes, synced to the disk, and then removes the letters.
 * Ends with 1 when the queues did not take all; those that they did not take stay letters.
 */
export async function replayLetters(options: LetterChoiceOptions, io: CliIo): Promise<number> {
  const place = await letterPlace(options, io);
  await using spool = await openSpool(place);
  const chosen = chosenLetters(await lettersOf(place.path, io), options.choice);
  checkRoutes(chosen);
  let replayed = 0;
  for (const letters of blocksOf(chosen)) {
    io.stop.throwIfAborted();
    const { data, records } = valueBlock(letters.map(({ record }) => record));
    const result = await spool.queue(letters[0].route).append(data, records);
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
    replayed += records;
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

/** The letters in their order, those together that one block can hold. */
function* blocksOf(letters: readonly StoredDeadLetter[]): Generator<StoredDeadLetter[]> {
  let block: StoredDeadLetter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    const isOther = block.length > 0 && block[0].route !== letter.route;
    if (isOther || (block.length > 0 && bytes + letter.record.length > maxBlockBytes)) {
      yield block;
      block = [];
      bytes = 0;
    }
    block.push(letter);
    bytes += letter.record.length;
  }
  if (block.length > 0) yield block;
}
