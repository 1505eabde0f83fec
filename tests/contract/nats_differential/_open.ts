/**
 * Differences that are known and not yet mended: `topic: script` and what differs. A script that is equal
 * again must leave this list. Empty when the server is at parity.
 *
 * @module
 */

/** Open differences. */
export const openDifferences: Readonly<Record<string, string>> = {};
