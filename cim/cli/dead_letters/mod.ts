/**
 * The commands of `cim dead-letters`. Letters are listed while the agent runs. `replay` asks a running agent; without
 * one, and for `drop`, the commands hold the lock of the spool, so that no agent adds a letter or sends a record
 * meanwhile. They never change the books: the agent counts replayed records as accepted again.
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
