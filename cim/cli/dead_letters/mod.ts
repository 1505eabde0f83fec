/**
 * The commands of `cim dead-letters`. Letters are listed while the agent runs. `replay` and `drop` hold the lock of
 * the spool, so that the agent neither adds a letter nor sends a record meanwhile. They never change the books: the
 * agent counts replayed records as accepted again at its next start.
 *
 * @module
 */
export {
  dropLetters,
  type LetterChoice,
  type LetterChoiceOptions,
  type LetterListOptions,
  listLetters,
  showLetter,
} from "./commands.ts";
export { replayLetters } from "./replay.ts";
