import { AgentError, type Book, type Clock, describeError } from "../../core/mod.ts";
import { readDeadLetters, removeDeadLetters, type SpoolApi } from "../spool/mod.ts";
import { deadLetterErrors } from "./errors.ts";
import { type LetterBlock, letterBlocks, letterId, replayableRoutes } from "./letters.ts";

/** What {@linkcode putBack} works with. */
export interface PutBackOptions {
  readonly spool: Pick<SpoolApi, "isDurable" | "opened" | "hasRoomFor" | "withDeadLetters">;
  /** The books of the routes that are open. */
  readonly books: Iterable<Book>;
  readonly clock: Clock;
}

/** Time for a queue to take a block, in milliseconds. */
const appendLimitMs = 2_000;

/**
 * Puts the letters with these ids back into the queues of their routes. Returns how many; ids without a letter are
 * left out.
 *
 * @throws {AgentError} `dead_letter_replay_refused` when a queue does not take them; the others are put back.
 */
export async function putBack(
  ids: ReadonlySet<string>,
  options: PutBackOptions,
): Promise<number> {
  const { spool } = options;
  if (!spool.isDurable) {
    throw refused(
      "the spool is in memory only, where a restart would lose them; make its folder work",
    );
  }
  return await spool.withDeadLetters(async (path) => {
    const { letters } = await readDeadLetters(path);
    const found = await Promise.all(letters.map(letterId));
    const chosen = letters.filter((_, at) => ids.has(found[at]));
    let done = 0;
    for (const block of letterBlocks(chosen)) {
      await append(block, options, chosen.length - done);
      await remove(block, chosen.length - done);
      done += block.letters.length;
    }
    return done;
  });
}

async function append(
  { route, letters, data }: LetterBlock,
  { spool, books, clock }: PutBackOptions,
  left: number,
): Promise<void> {
  const book = [...books].find((book) => book.route === route);
  const queue = spool.opened(route);
  if (!replayableRoutes.includes(route) || !book || !queue) {
    throw refused(
      `route ${route} has no queue in this agent; check that it has a destination`,
      left,
    );
  }
  if (!spool.hasRoomFor(data.length)) {
    throw refused("the spool is nearly full; let the agent send what waits", left);
  }
  const { length: records } = letters;
  const limit = new AbortController();
  using _timer = clock.timer(appendLimitMs, () => limit.abort());
  // Booked first: the consumer of the queue settles only what is booked.
  book.accepted += records;
  book.spooled += records;
  const result = await queue.append(data, records, limit.signal);
  if (result.status === "dropped") {
    book.lose(result.reason, records);
    throw refused(`the spool did not take them: ${result.reason}; free space on its disk`, left);
  }
  if (!result.isDurable) {
    throw refused(
      "the disk of the spool fails, so that they are in the queue and stay letters; free space on it",
      left,
    );
  }
}

async function remove({ letters }: LetterBlock, left: number): Promise<void> {
  try {
    await removeDeadLetters(letters);
  } catch (cause) {
    throw refused(
      `${letters.length} of them are in the queue and cannot be removed: ${
        describeError(cause)
      }; ` +
        "make the disk work",
      left,
      cause,
    );
  }
}

function refused(reason: string, left?: number, cause?: unknown): AgentError {
  const which = left === undefined ? "dead letters" : `${left} dead letters`;
  return new AgentError(
    deadLetterErrors.dead_letter_replay_refused,
    `Cannot replay ${which}: ${reason}, and replay them again`,
    { cause },
  );
}
