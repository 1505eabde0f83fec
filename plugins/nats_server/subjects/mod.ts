/**
 * Subjects: their syntax, which are reserved, and the trie that finds subscriptions by subject.
 *
 * @module
 */
export { isReservedReply, isReservedSubject, userInfoSubject } from "./reserved.ts";
export {
  hasValidTokens,
  hasWildcard,
  isLiteralSubject,
  isSubsetMatch,
  isValidSubject,
  subjectsOverlap,
} from "./subject.ts";
export { type Match, Sublist, type SublistEntry, type SublistStats } from "./sublist.ts";
