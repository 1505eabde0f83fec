/**
 * Puts dead letters back into the queue of their route: the rules that the command line and the running agent share,
 * and the route of the running agent. It keeps no letters; `cim/spool` does.
 *
 * A letter is removed after its record is in the queue, so a crash in between repeats records and loses none. In the
 * running agent the records count as accepted again. No letter is written and none is removed by others meanwhile, and
 * a spool that is nearly full is left alone: a record that is put back must not push out one that waits.
 *
 * @module
 */
export { deadLetterErrors } from "./errors.ts";
export { type LetterBlock, letterBlocks, letterId, replayableRoutes } from "./letters.ts";
export { deadLetters, maxLettersPerRequest, type ReplayRequest } from "./plugin.ts";
