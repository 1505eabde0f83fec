import { toBase64 } from "../../core/mod.ts";
import { valueBlock } from "../../plugins/kafka/mod.ts";
import type { StoredDeadLetter } from "../spool/mod.ts";

/** Routes whose letters have the form of a record in their queue, which has the name of the route. */
export const replayableRoutes: readonly string[] = Object.freeze(["events", "logs_kafka"]);

/** Maximum bytes of records that are appended together. */
const maxBlockBytes = 262_144;

/** Letters of one route that are put back together. */
export interface LetterBlock {
  /** Route and queue. */
  readonly route: string;
  /** The letters. */
  readonly letters: readonly StoredDeadLetter[];
  /** Their records as a block of the queue. */
  readonly data: Uint8Array;
}

/** Names a letter by its content. */
export async function letterId({ line }: Pick<StoredDeadLetter, "line">): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(line));
  return toBase64(new Uint8Array(digest, 0, 18));
}

/** The letters in their order as blocks of about 256 KiB. */
export function* letterBlocks(letters: readonly StoredDeadLetter[]): Generator<LetterBlock> {
  let block: StoredDeadLetter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    const isOther = block.length > 0 && block[0].route !== letter.route;
    if (isOther || (block.length > 0 && bytes + letter.record.length > maxBlockBytes)) {
      yield blockOf(block);
      block = [];
      bytes = 0;
    }
    block.push(letter);
    bytes += letter.record.length;
  }
  if (block.length > 0) yield blockOf(block);
}

function blockOf(letters: readonly StoredDeadLetter[]): LetterBlock {
  const { data } = valueBlock(letters.map(({ record }) => record));
  return { route: letters[0].route, letters, data };
}
