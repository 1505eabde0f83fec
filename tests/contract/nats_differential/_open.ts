/**
 * Known differences that are not fixed yet: `topic: script` and what differs. A script without a difference must be
 * removed from this list. The list is empty when both servers behave the same.
 *
 * @module
 */

/** Open differences. */
export const openDifferences: Readonly<Record<string, string>> = {};
